using static System.StringComparison;

namespace Heartbeat.Scheduling;

/// <summary>Says what to write instead of a text that is not an expression.</summary>
internal static class CronAdvice
{
    /// <summary>A text with more faults than this is not repaired.</summary>
    private const int MostRepairs = 8;

    private const string Quotes = "\"'`\u00B4\u2018\u2019\u201C\u201D\u201E";
    private const string Check = "and let the job check the date";

    private static readonly string[] InnerBlanks = [", ", " ,", "- ", " -", "/ ", " /"];
    private static readonly string Macros = string.Join(' ', CronParser.Macros.Select(macro => macro.Name));

    /// <summary>
    /// What to do, and the text with that done: null or unchanged where the row does not apply, empty where no text
    /// can be given. The first row that applies is taken; again, until the text is an expression.
    /// </summary>
    private static readonly (string Advice, Func<CronFault, string?> Repair)[] Table =
    [
        // The text as a whole.
        ("leave out the line ending", fault => fault.Text.TrimEnd('\r', '\n')),
        ("leave out the comment", fault => fault.Text.Split(" #")[0]),
        ("leave out the blanks within a field", fault => Whole(InnerBlanks.Aggregate(
            string.Join(' ', fault.Words), (text, blank) => text.Replace(blank, blank.Trim(), Ordinal)))),
        ("the time zone is given separately", fault => Whole(fault.Words.Where(word => !IsZone(word)))),
        ("leave out the seconds or the year", fault => When(fault.Words is [_, _, _, _, _, "*" or "?"]
            && Whole(fault.Words[1..]) is not null && Whole(fault.Words[..^1]) is not null)),
        ("leave out the year", fault => fault.Words is [_, _, _, _, _, "*" or "?" or [>= '0' and <= '9', _, _, _]]
            ? Whole(fault.Words[..5]) : null),
        ("leave out the seconds", fault => fault.Words.Length == 6 ? Whole(fault.Words[1..]) : null),
        ("leave out the seconds and the year", fault => fault.Words.Length == 7 ? Whole(fault.Words[1..^1]) : null),
        ("leave out what follows the fields, as the job is given separately", fault =>
            fault.Words.Length > 5 && !"0123456789*?".Contains(fault.Words[5][0]) ? Whole(fault.Words[..5]) : null),
        ("leave out the quotes", fault => string.Concat(fault.Text.Where(letter => !Quotes.Contains(letter)))),

        // Words.
        ("schedule a one-shot without delay when the program starts", fault => Sign(fault.Text, "@reboot")),
        ("a period is a step, as in '*/5 * * * *' for every five minutes; use Scheduler.ScheduleEvery for one that "
            + "does not divide an hour or a day", fault => Sign(fault.Text, "every")),
        ("a time of day is a minute and an hour, as in '30 21 * * *' for 21:30 or 9:30 pm",
            fault => When(Array.Exists(fault.Words, IsTimeOfDay))),
        ("a macro begins with '@'", fault => Whole("@" + fault.Text.Trim())),
        ("a macro stands alone", fault => Whole(fault.Words[0])),
        ("the macros are " + Macros, fault => Sign(fault.Words[0], "@")),

        // An item of a field.
        ("'#' (nth weekday) is not supported: run on each such weekday " + Check, fault => Sign(fault.Item, "#")),
        ("'~' (random) is not supported: choose a value", fault => Sign(fault.Item, "~")),
        ("'?' is supported only alone in a day field: use '*'", fault => Sign(fault.Item, "?")),
        ("'L' (last) is not supported: run on each candidate day " + Check,
            fault => When(Letters(fault) is "L" or "LW")),
        ("'W' (nearest weekday) is not supported: run on MON-FRI " + Check, fault => When(Letters(fault) is "W")),
        ("'H' (hash) is not supported: choose a value", fault => When(Letters(fault) is ['H'] or ['H', '(', ..])),
        ("separate values by commas", fault => fault.With(fault.Item.Replace(';', ',').Replace('|', ','))),
        ("put one comma between two values", fault =>
            fault.With(string.Join(',', fault.Item.Split(',', StringSplitOptions.RemoveEmptyEntries)))),
        ("names have three letters", fault => fault.With(string.Join('-', fault.Values.Split('-')
            .Select(name => Short(name, fault.Field!))) + fault.Item[fault.Values.Length..])),
        ("midnight is hour 0", fault => fault is { Item: "24", Field.Name: "hour" } ? fault.With("0") : null),
        ("a range must not run backwards", Forwards),
        ("a range has two ends, as in '9-17'", fault =>
            When(fault.Values is ['-', ..] or [.., '-'] || fault.Values.Count('-') > 1)),
        ("a step has one slash", fault => Sign(fault.Step, "/")),
        ("steps restart with each {cycle}", fault => When(CronParser.Number(fault.Step) > fault.Field?.Last)),
        ("programs disagree about Sunday: write '{values}-6/{step}' without it or '{values}-7/{step}' with it",
            fault => When(fault.Field is { } field && CronParser.Item(fault.Item, field) != 0)),
    ];

    /// <summary>The advice, each part after a semicolon; empty if there is none.</summary>
    public static string For(CronFault fault)
    {
        var advice = "";
        for (var repairs = 0; repairs < MostRepairs; repairs++)
        {
            if (fault.Words.Length == 0 || fault.Text.Length > CronParser.MaxLength) break;
            var (part, text) = Table.Select(row => (row.Advice, Text: row.Repair(fault)))
                .FirstOrDefault(row => row.Text is not null && row.Text != fault.Text);
            if (text is null) break;

            part = "; " + part.Replace("{cycle}", fault.Field?.Cycle, Ordinal)
                .Replace("{values}", fault.Values, Ordinal).Replace("{step}", fault.Step, Ordinal);
            if (!advice.EndsWith(part, Ordinal)) advice += part;
            if (CronParser.Read(text, out _) is not { } next) return $"{advice}: write '{text}'";
            fault = next;
        }

        return advice;
    }

    private static string? When(bool applies) => applies ? "" : null;

    private static string? Sign(string text, string sign) => When(text.Contains(sign, OrdinalIgnoreCase));

    /// <summary>The text, if it is an expression.</summary>
    private static string? Whole(string text) => CronParser.Read(text, out _) is null ? text : null;

    private static string? Whole(IEnumerable<string> words) => Whole(string.Join(' ', words));

    /// <summary>Whether a word is like <c>UTC</c>, <c>TZ=...</c> or <c>Europe/Berlin</c>.</summary>
    private static bool IsZone(string word) => word is "UTC" or "GMT" || word.Contains("TZ=", Ordinal)
        || (word.Contains('/') && char.IsAsciiLetterUpper(word[0]) && char.IsAsciiLetter(word[^1]));

    private static bool IsTimeOfDay(string word) =>
        word.Contains(':') || word.EndsWith("am", OrdinalIgnoreCase) || word.EndsWith("pm", OrdinalIgnoreCase);

    private static string Letters(CronFault fault)
    {
        var letters = fault.Item.Trim([.. "0123456789-/"]).ToUpperInvariant();
        return letters is [.. var name, _] && fault.Field!.ValueOf(name) >= 0 ? letters[^1..] : letters;
    }

    private static string Short(string name, CronField field) =>
        name.Length > 3 && name.All(char.IsAsciiLetter) && field.ValueOf(name.AsSpan(0, 3)) >= 0 ? name[..3] : name;

    /// <summary>A range that runs backwards as two, in the same steps: to the last value, and from the first.</summary>
    private static string? Forwards(CronFault fault)
    {
        if (fault.Field is not { } field) return null;
        var (low, high) = CronParser.Ends(fault.Values, field);
        var step = fault.Step.Length == 0 ? 1 : CronParser.Number(fault.Step);
        if (high < field.First || high >= low || low > field.Last || step < 1 || step > field.Last) return null;

        var last = field.IsDayOfWeek ? 6 : field.Last;
        if (low > last) return fault.With(Range(field.First, high));
        var again = low + ((last - low) / step + 1) * step - (last - field.First + 1);
        return fault.With(Range(low, last) + (again > high ? "" : "," + Range(again, high)));

        string Range(int from, int to) =>
            from + step > to ? $"{from}" : step == 1 ? $"{from}-{to}" : $"{from}-{to}/{step}";
    }
}
