using Heartbeat.Cli;
using Heartbeat.Jobs;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <remarks>Sabotages caught: a variable left out of the text; the limit of half left out of Nearest.</remarks>
public sealed class HelpTests
{
    [Theory]
    [InlineData(HeartbeatSwitch.Variable, "default: off")]
    [InlineData(Settings.FormatVariable, "default: plain")]
    [InlineData("NO_COLOR", "default: unset")]
    [InlineData(Settings.LevelVariable, "default: information")]
    public void Names_each_environment_variable_with_its_default(string variable, string standard)
    {
        var described = Help.Text[Help.Text.IndexOf($"\n  {variable} ", StringComparison.Ordinal)..];
        described[described.IndexOf("(default", StringComparison.Ordinal)..].ShouldStartWith($"({standard})");
    }

    /// <summary>Every word that a refusal lists is in the text as well.</summary>
    [Theory]
    [InlineData(Settings.FormatVariable)]
    [InlineData(Settings.LevelVariable)]
    public void Names_each_value_that_is_accepted(string variable)
    {
        var refusal = Should.Throw<UsageException>(() => Settings.Read(name => name == variable ? "?" : null)).Message;
        var accepted = Between(refusal, $"{variable} must be one of ", ";").Split(", ");
        Between(Help.Text, $"\n  {variable} ", "(default")
            .Split([" or ", ", ", ",", " ", "\n"], StringSplitOptions.RemoveEmptyEntries).ShouldBe(accepted);

        static string Between(string text, string before, string after)
        {
            var start = text.IndexOf(before, StringComparison.Ordinal) + before.Length;
            return text[start..text.IndexOf(after, start, StringComparison.Ordinal)];
        }
    }

    [Fact]
    public void Fits_a_terminal() =>
        Help.Text.Split('\n').Max(static line => line.Length).ShouldBeLessThanOrEqualTo(100);

    [Theory]
    [InlineData("--hlep", "unknown argument '--hlep': did you mean --help?")]
    [InlineData("help", "unknown argument 'help': did you mean --help?")]
    [InlineData("--HELP", "unknown argument '--HELP': did you mean --help?")]
    [InlineData("-H", "unknown argument '-H': did you mean -h?")]
    [InlineData("--verison", "unknown argument '--verison': did you mean --version?")]
    [InlineData("version", "unknown argument 'version': did you mean --version?")]
    [InlineData("verfiy", "unknown argument 'verfiy': did you mean verify?")]
    [InlineData("nxet", "unknown argument 'nxet': did you mean next?")]
    [InlineData("verif\u0443", "unknown argument 'verif<U+0443>': did you mean verify?")]
    [InlineData("", "unknown argument '': try --help.")]
    [InlineData("-x", "unknown argument '-x': try --help.")]
    [InlineData("start", "unknown argument 'start': try --help.")]
    [InlineData("a\nb", "unknown argument 'a<U+000A>b': try --help.")]
    public void Refuses_what_it_does_not_know_and_names_the_nearest_that_it_does(string argument, string message) =>
        Help.Refuse([argument]).Message.ShouldBe(message);

    [Fact]
    public void Blames_what_follows_an_argument_that_stands_alone() =>
        Help.Refuse(["--version", "now"]).Message.ShouldBe("--version stands alone, found 'now' after it.");
}
