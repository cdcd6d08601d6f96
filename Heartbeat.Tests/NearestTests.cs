using Heartbeat.Cli;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <remarks>Sabotages caught: no transposition; the rows rotated the other way; the limit of half left out.</remarks>
public sealed class NearestTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("jsno", "json")]
    [InlineData("jxyn", null)]
    [InlineData("", null)]
    public void Is_the_closest_choice_unless_half_of_it_would_have_to_change(string text, string? nearest) =>
        Nearest.To(text, ["plain", "json"]).ShouldBe(nearest);

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("abc", "", 3)]
    [InlineData("abc", "aBC", 0)]
    [InlineData("abc", "axc", 1)]
    [InlineData("abc", "ac", 1)]
    [InlineData("abc", "abxc", 1)]
    [InlineData("abcd", "abdc", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void Counts_the_letters_that_differ(string from, string to, int distance)
    {
        Nearest.Distance(from, to).ShouldBe(distance);
        Nearest.Distance(to, from).ShouldBe(distance);
    }
}
