using Heartbeat.Jobs;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <remarks>Sabotages caught: bool.TryParse; a switch on ToLowerInvariant; no Trim; no cut; no escape.</remarks>
public sealed class HeartbeatSwitchTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\t\n")]
    [InlineData("0")]
    [InlineData("false")]
    [InlineData("False")]
    [InlineData("no")]
    [InlineData("NO")]
    [InlineData("off")]
    [InlineData(" oFF\t")]
    public void Is_off_unless_set_to_something(string? value)
    {
        HeartbeatSwitch.IsOn(value, out var unrecognized).ShouldBeFalse();
        unrecognized.ShouldBeNull();
    }

    [Theory]
    [InlineData("1")]
    [InlineData("true")]
    [InlineData("TRUE")]
    [InlineData(" true ")]
    [InlineData("yes")]
    [InlineData("Yes")]
    [InlineData("on")]
    [InlineData("oN\n")]
    public void Is_on_with_each_accepted_spelling(string value)
    {
        HeartbeatSwitch.IsOn(value, out var unrecognized).ShouldBeTrue();
        unrecognized.ShouldBeNull();
    }

    [Theory]
    [InlineData("2", "2")]
    [InlineData("00", "00")]
    [InlineData(" + ", "+")]
    [InlineData("nope", "nope")]
    [InlineData("tr ue", "tr ue")]

    // Letters and digits that only look like those of the spellings, or become them in upper case.
    [InlineData("\u043En", "<U+043E>n")]
    [InlineData("\u03BF\u0192f", "<U+03BF><U+0192>f")]
    [InlineData("fal\u017Fe", "fal<U+017F>e")]
    [InlineData("ye\u017F", "ye<U+017F>")]
    [InlineData("\uFF10", "<U+FF10>")]
    [InlineData("\u0661", "<U+0661>")]

    // What could forge a line, command a terminal or hide itself.
    [InlineData("1\nINFO: Heartbeat (timed): UUID=0", "1<U+000A>INFO: Heartbeat (timed): UUID=0")]
    [InlineData("a\r\t\u0000\u007F\u0085z", "a<U+000D><U+0009><U+0000><U+007F><U+0085>z")]
    [InlineData("\u001B[2Jx", "<U+001B>[2Jx")]
    [InlineData("\u202Eno\u2028", "<U+202E>no")]
    [InlineData("\uD83D\uDC93", "<U+1F493>")]
    public void Is_on_with_anything_else_and_shows_it_escaped(string value, string shown)
    {
        HeartbeatSwitch.IsOn(value, out var unrecognized).ShouldBeTrue();
        unrecognized.ShouldBe(shown);
    }

    [Theory]
    [InlineData(64, "")]
    [InlineData(65, "...")]
    [InlineData(65_536, "...")]
    public void Shows_the_first_64_characters(int length, string ending)
    {
        HeartbeatSwitch.IsOn(new string('x', length), out var unrecognized).ShouldBeTrue();
        unrecognized.ShouldBe(new string('x', 64) + ending);
    }

    [Fact]
    public void Shows_by_its_code_the_half_of_a_character_that_the_cut_leaves()
    {
        HeartbeatSwitch.IsOn(new string('x', 63) + "\U0001F493", out var unrecognized).ShouldBeTrue();
        unrecognized.ShouldBe(new string('x', 63) + "<U+D83D>...");
    }
}
