using System.Globalization;
using System.Text;
using Heartbeat.Cli.Verify;
using Shouldly;
using Xunit;

namespace Heartbeat.Tests;

/// <summary>Times on lines, at their limits: what is one, what is none, and what belongs to one.</summary>
public sealed class VerifyLineTimeTests
{
    private static readonly long Near = new DateTime(2026, 3, 1).Ticks;

    [Theory]

    // The line ends with it.
    [InlineData("2026-11-25T07:00:00", "2026-11-25T07:00:00")]
    [InlineData("2026-11-25T07:00:00.", "2026-11-25T07:00:00")]
    [InlineData("2026-11-25T07:00:00.5", "2026-11-25T07:00:00")]
    [InlineData("Nov 25 07:00:00", "2025-11-25T07:00:00")]
    [InlineData("Aug 29 07:00:00", "2026-08-29T07:00:00")]
    [InlineData("x 2026-11-25 07:00:60", "2026-11-25T07:01:00")]

    // Offsets, and what is none.
    [InlineData("2026-11-25T07:00:00Z", "2026-11-25T07:00:00")]
    [InlineData("2026-11-25T07:00:00+01:00", "2026-11-25T06:00:00")]
    [InlineData("2026-11-25T07:00:00+0100", "2026-11-25T06:00:00")]
    [InlineData("2026-11-25 07:00:00,000 -0230 x", "2026-11-25T09:30:00")]
    [InlineData("2026-11-25T07:00:00+00:30", "2026-11-25T06:30:00")]
    [InlineData("2026-11-25T07:00:00+23:00", "2026-11-24T08:00:00")]
    [InlineData("2026-11-25T07:00:00-05:59", "2026-11-25T12:59:00")]
    [InlineData("2026-11-25T07:00:00+24:00", "2026-11-25T07:00:00")]
    [InlineData("2026-11-25T07:00:00+05:60", "2026-11-25T07:00:00")]
    [InlineData("2026-11-25T07:00:00+05:0", "2026-11-25T07:00:00")]
    [InlineData("2026-11-25T07:00:00+05", "2026-11-25T07:00:00")]
    [InlineData("2026-11-25T07:00:00 10200 x", "2026-11-25T07:00:00")]

    // Not a time.
    [InlineData("2026-11-25T0x:00:00", null)]
    [InlineData("2026-11-25Tx7:00:00", null)]
    [InlineData("2026-11-25T07:0a:00", null)]
    [InlineData("2026-11-25T07:00:a0", null)]
    [InlineData("2026-11-25T24:00:00", null)]
    [InlineData("2026-11-25T07:60:00", null)]
    [InlineData("2026-11-25T07:00:61", null)]
    [InlineData("2026-02-29T07:00:00", null)]
    [InlineData("2026-11-25_07:00:00", null)]
    [InlineData("2026/11-25T07:00:00", null)]
    [InlineData("2026-11/25T07:00:00", null)]
    [InlineData("12026-11-25T07:00:00", null)]
    [InlineData("Nov 25T07:00:00", null)]
    [InlineData("Nov_25 07:00:00", null)]
    [InlineData("ovD 25 07:00:00", null)]
    [InlineData("-10-25 07:00:00", null)]
    [InlineData("2026-11-25T07:00", null)]

    // What looks like one stands before it.
    [InlineData("it took 12:34:56 on 2026-11-25T07:00:00Z", "2026-11-25T07:00:00")]
    public void Is_read_at_its_limits(string line, string? expected) => Text(Find(line)).ShouldBe(expected);

    [Theory]
    [InlineData("[2026-11-25T07:00:00] x", " 2025-01-01T00:00:00 [2026-11-25T08:00:00] x")] // what stands before
    [InlineData("2026-11-25T07:00:00 x", "2025-01-01 00:00:00 x\n2026-11-25T08:00:00 x")] // the separator
    [InlineData("2026-11-25T07:00:00Z x", "2025-01-01T00:00:00 x\n2026-11-25T08:00:00Z x")] // the offset
    [InlineData(" Nov 25 07:00:00 2026", "at Jan 01T00:00:00, 2025-01-01 00:00:00, at Nov 25 08:00:00")] // the year
    public void Of_several_on_a_line_the_one_of_the_form_found_before_is_taken(string first, string line)
    {
        var form = Find(first).Form;
        form.ShouldNotBe(0);
        var found = Find(line, form);
        found.Form.ShouldBe(form);
        new DateTime(found.Ticks).TimeOfDay.ShouldBe(TimeSpan.FromHours(8));
    }

    [Fact]
    public void The_last_of_a_line_is_another_form_than_the_first()
    {
        const string Line = "2026-11-25T07:00:00Z x 2026-11-25T08:00:00Z";
        Text(Find(Line, LineTime.Last)).ShouldBe("2026-11-25T08:00:00");
        Find(Line, LineTime.Last).Form.ShouldNotBe(Find(Line).Form);
    }

    private static Stamp Find(string line, int form = 0) => LineTime.Find(Encoding.ASCII.GetBytes(line), form, Near);

    private static string? Text(Stamp stamp) =>
        stamp.Form == 0 ? null : new DateTime(stamp.Ticks).ToString("s", CultureInfo.InvariantCulture);
}
