using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

public sealed class PlaceholderTests
{
    [Fact]
    public void Runs() => true.ShouldBeTrue();
}
