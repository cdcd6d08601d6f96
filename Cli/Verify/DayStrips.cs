using System.Globalization;

namespace Heartbeat.Cli.Verify;

/// <summary>A strip a day, a character for each half hour: gaps at a glance.</summary>
internal static class DayStrips
{
    private const int SpanMinutes = 30;
    private const int DayMinutes = 24 * 60;
    private const int Margin = 12;
    private const string Hours = "00    03    06    09    12    15    18    21";
    private const string Legend =
        "30 minutes a character, UTC: # all there, + half of a pair missing, - beats missing, x no beat, . not in the log";

    public static void Write(Verdict verdict, Ink ink)
    {
        ink.WriteLine(new string(' ', Margin + Label(verdict, 0).Length) + Hours);
        var days = new MinuteSet();
        foreach (var range in verdict.Successions.SelectMany(static one => one.Minutes)) days.Add(DaysOf(range));
        var next = days.First;
        foreach (var range in days)
        {
            WriteSilence(range.First - next, ink);
            for (var day = range.First; day <= range.Last; day++)
            {
                foreach (var one in verdict.Successions) WriteDay(day, one, Label(verdict, one.Number), ink);
            }

            next = range.Last + 1;
        }

        var missingUntil = verdict.Successions.Max(static one => one.Missing.Count > 0 ? one.Missing.Last / DayMinutes : 0);
        WriteSilence(missingUntil + 1 - next, ink);
        ink.WriteLine();
        ink.WriteLine(Legend);
    }

    /// <summary>Tells successions apart, if there are several.</summary>
    public static string Label(Verdict verdict, int number) =>
        verdict.Successions.Count is > 1 and var count ? Text(number).PadLeft(Text(count).Length) + "  " : "";

    private static void WriteSilence(long days, Ink ink)
    {
        if (days <= 0) return;
        ink.Write(new string(' ', Margin));
        ink.Write($"{Wording.Count(days, "day")} without a beat", Ink.Red);
        ink.WriteLine();
    }

    private static void WriteDay(long day, Succession one, string label, Ink ink)
    {
        ink.Write($"{Wording.Text(day * TimeSpan.TicksPerDay, "yyyy-MM-dd")}  {label}");
        for (var minute = day * DayMinutes; minute < (day + 1) * DayMinutes; minute += SpanMinutes)
        {
            var mark = MarkOf(one, new(minute, minute + SpanMinutes - 1));
            ink.Write(mark.ToString(), mark switch { '#' => Ink.Green, '.' => null, '+' => Ink.Yellow, _ => Ink.Red });
        }

        ink.WriteLine();
    }

    private static char MarkOf(Succession one, MinuteRange span)
    {
        var beats = one.Minutes.CountWithin(span);
        if (one.Missing.CountWithin(span) > 0) return beats == 0 ? 'x' : '-';
        if (one.Halves.CountWithin(span) > 0) return '+';
        return beats == 0 ? '.' : '#';
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static MinuteRange DaysOf(MinuteRange minutes) => new(minutes.First / DayMinutes, minutes.Last / DayMinutes);
}
