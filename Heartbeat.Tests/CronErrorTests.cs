using System.Diagnostics;
using System.Globalization;
using Heartbeat.Scheduling;
using Heartbeat.Tests.Infra;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Heartbeat.Tests;

/// <summary>What is refused, in which words, and at what cost.</summary>
/// <remarks>
/// Faults: hostile cron text; Unicode and culture. Catches: <c>int.Parse</c> for the digits (twenty of them overflow),
/// <c>char.IsDigit</c> (Arabic ones pass), <c>Trim()</c> without its blanks (a carriage return passes), no limit of
/// length.
/// </remarks>
public sealed class CronErrorTests(ITestOutputHelper output)
{
    private const int FixedSeed = 20_240_229;
    private const string FiveFields = "five fields are needed (minute hour day-of-month month day-of-week), found ";
    private const string Minute = "minute must be 0-59, found ";
    private const string Hour = "hour must be 0-23, found ";
    private const string DayOfMonth = "day-of-month must be 1-31, found ";
    private const string Month = "month must be 1-12 or JAN-DEC, found ";
    private const string DayOfWeek = "day-of-week must be 0-7 or SUN-SAT, found ";
    private const string Backwards = "; a range must not run backwards: write ";
    private const string Ends = "; a range has two ends, as in '9-17'";
    private const string Names = "; names have three letters: write ";
    private const string Check = " and let the job check the date";
    private const string Last = "; 'L' (last) is not supported: run on each candidate day" + Check;
    private const string Weekday = "; 'W' (nearest weekday) is not supported: run on MON-FRI" + Check;
    private const string Nth = "; '#' (nth weekday) is not supported: run on each such weekday" + Check;
    private const string Hash = "; 'H' (hash) is not supported: choose a value";
    private const string Chance = "; '~' (random) is not supported: choose a value";
    private const string Any = "; '?' is supported only alone in a day field: use '*'";
    private const string Zone = "; the time zone is given separately: write ";
    private const string Blank = "; leave out the blanks within a field: write ";
    private const string Command = "; leave out what follows the fields, as the job is given separately: write ";
    private const string Comma = "; put one comma between two values: write ";
    private const string Macros =
        " is not supported; the macros are @yearly @annually @monthly @weekly @daily @midnight @hourly";
    private const string Time = "; a time of day is a minute and an hour, as in '30 21 * * *' for 21:30 or 9:30 pm";
    private const string Period = "; a period is a step, as in '*/5 * * * *' for every five minutes; "
        + "use Scheduler.ScheduleEvery for one that does not divide an hour or a day";

    [Theory]

    // Values, in each field.
    [InlineData("60 * * * *", "minute", 0, Minute + "'60'")]
    [InlineData("* 25 * * *", "hour", 2, Hour + "'25'")]
    [InlineData("* * 0 * *", "day-of-month", 4, DayOfMonth + "'0'")]
    [InlineData("* * * 13 *", "month", 6, Month + "'13'")]
    [InlineData("* * * * 8", "day-of-week", 8, DayOfWeek + "'8'")]
    [InlineData("* * * MON *", "month", 6, Month + "'MON'")]
    [InlineData("* * * * 2,3/1,1/2", "day-of-week", 10, DayOfWeek
        + "'3/1'; programs disagree about Sunday: write '3-6/1' without it or '3-7/1' with it")]
    [InlineData("* * * * WEB", "day-of-week", 8, DayOfWeek + "'WEB'")]
    [InlineData("\t1,2,99 * * * *", "minute", 5, Minute + "'99'")]
    [InlineData("5 5 5 5 5-6,8", "day-of-week", 12, DayOfWeek + "'8'")]
    [InlineData("+5 * * * *", "minute", 0, Minute + "'+5'")]
    [InlineData("*5 * * * *", "minute", 0, Minute + "'*5'")]
    [InlineData("*-5 * * * *", "minute", 0, Minute + "'*-5'")]
    [InlineData("99999999999999999999 * * * *", "minute", 0, Minute + "'99999999999999999999'")]
    [InlineData("0 24 * * *", "hour", 2, Hour + "'24'; midnight is hour 0: write '0 0 * * *'")]

    // Ranges.
    [InlineData("0 9- * * *", "hour", 2, Hour + "'9-'" + Ends)]
    [InlineData("-5 * * * *", "minute", 0, Minute + "'-5'" + Ends)]
    [InlineData("1-2-3 * * * *", "minute", 0, Minute + "'1-2-3'" + Ends)]
    [InlineData("1--5/2 * * * *", "minute", 0, Minute + "'1--5/2'" + Ends)]
    [InlineData("50-10 * * * *", "minute", 0, Minute + "'50-10'" + Backwards + "'50-59,0-10 * * * *'")]
    [InlineData("50-10/5 * * * *", "minute", 0, Minute + "'50-10/5'" + Backwards + "'50-59/5,0-10/5 * * * *'")]
    [InlineData("50-10/20 * * * *", "minute", 0, Minute + "'50-10/20'" + Backwards + "'50,10 * * * *'")]
    [InlineData("50-5/20 * * * *", "minute", 0, Minute + "'50-5/20'" + Backwards + "'50 * * * *'")]
    [InlineData("50-10/59 * * * *", "minute", 0, Minute + "'50-10/59'" + Backwards + "'50 * * * *'")]
    [InlineData("0 22-6/3 * * *", "hour", 2, Hour + "'22-6/3'" + Backwards + "'0 22,1-6/3 * * *'")]
    [InlineData("0 22-0 * * *", "hour", 2, Hour + "'22-0'" + Backwards + "'0 22-23,0 * * *'")]
    [InlineData("* * 25-5 * *", "day-of-month", 4, DayOfMonth + "'25-5'" + Backwards + "'* * 25-31,1-5 * *'")]
    [InlineData("* * * NOV-feb *", "month", 6, Month + "'NOV-feb'" + Backwards + "'* * * 11-12,1-2 *'")]
    [InlineData("* * * * fri-mon", "day-of-week", 8, DayOfWeek + "'fri-mon'" + Backwards + "'* * * * 5-6,0-1'")]
    [InlineData("* * * * 5-0", "day-of-week", 8, DayOfWeek + "'5-0'" + Backwards + "'* * * * 5-6,0'")]
    [InlineData("* * * * 7-2", "day-of-week", 8, DayOfWeek + "'7-2'" + Backwards + "'* * * * 0-2'")]
    [InlineData("* * * * 6-2", "day-of-week", 8, DayOfWeek + "'6-2'" + Backwards + "'* * * * 6,0-2'")]
    [InlineData("1 2,9-6,5-3 * * *", "hour", 4, Hour + "'9-6'" + Backwards + "'1 2,9-23,0-6,5-23,0-3 * * *'")]

    // Steps.
    [InlineData("*/60 * * * *", "minute", 0, "minute step must be 1-59, found '60'; steps restart with each hour")]
    [InlineData("* */24 * * *", "hour", 2, "hour step must be 1-23, found '24'; steps restart with each day")]
    [InlineData("* * */32 * *", "day-of-month", 4,
        "day-of-month step must be 1-31, found '32'; steps restart with each month")]
    [InlineData("* * * */13 *", "month", 6, "month step must be 1-12, found '13'; steps restart with each year")]
    [InlineData("* * * * */8", "day-of-week", 8,
        "day-of-week step must be 1-7, found '8'; steps restart with each week")]
    [InlineData("*/0 * * * *", "minute", 0, "minute step must be 1-59, found '0'")]
    [InlineData("*/a * * * *", "minute", 0, "minute step must be 1-59, found 'a'")]
    [InlineData("*/-5 * * * *", "minute", 0, "minute step must be 1-59, found '-5'")]
    [InlineData("0 1,9-17/ * * *", "hour", 4, "hour step must be 1-23, found ''")]
    [InlineData("*/2/3 * * * *", "minute", 0, "minute step must be 1-59, found '2/3'; a step has one slash")]
    [InlineData("99/2 * * * *", "minute", 0, Minute + "'99/2'")]
    [InlineData("99/59 * * * *", "minute", 0, Minute + "'99/59'")]

    // Lists.
    [InlineData("* 1, * * *", "hour", 2, Hour + "'1,'" + Comma + "'* 1 * * *'")]
    [InlineData("1,,2 * * * *", "minute", 0, Minute + "'1,,2'" + Comma + "'1,2 * * * *'")]
    [InlineData(", * * * *", "minute", 0, Minute + "','; put one comma between two values")]
    [InlineData("0 9 * * 1;3;5", "day-of-week", 8,
        DayOfWeek + "'1;3;5'; separate values by commas: write '0 9 * * 1,3,5'")]
    [InlineData("0 9 * * 1|3", "day-of-week", 8, DayOfWeek + "'1|3'; separate values by commas: write '0 9 * * 1,3'")]

    // Names.
    [InlineData("* * * * MONDAY", "day-of-week", 8, DayOfWeek + "'MONDAY'" + Names + "'* * * * MON'")]
    [InlineData("* * * * sunday", "day-of-week", 8, DayOfWeek + "'sunday'" + Names + "'* * * * sun'")]
    [InlineData("* * * * MON1", "day-of-week", 8, DayOfWeek + "'MON1'")]
    [InlineData("0 9 * * tuesday-thurs/2", "day-of-week", 8,
        DayOfWeek + "'tuesday-thurs/2'" + Names + "'0 9 * * tue-thu/2'")]
    [InlineData("0 9 * * 1,TUES,THURS", "day-of-week", 10, DayOfWeek + "'TUES'" + Names + "'0 9 * * 1,TUE,THU'")]
    [InlineData("0 9 * SEPT *", "month", 6, Month + "'SEPT'" + Names + "'0 9 * SEP *'")]

    // Blanks within a field.
    [InlineData("0 9 * * MON, WED", null, null, FiveFields + "6" + Blank + "'0 9 * * MON,WED'")]
    [InlineData("0 9 * * 1 - 5", null, null, FiveFields + "7" + Blank + "'0 9 * * 1-5'")]
    [InlineData("*/ 5 * * * *", null, null, FiveFields + "6" + Blank + "'*/5 * * * *'")]
    [InlineData("* /5 * * * *", null, null, FiveFields + "6" + Blank + "'*/5 * * * *'")]

    // What surrounds an expression elsewhere.
    [InlineData("0 9 * * * /usr/bin/x", null, null, FiveFields + "6" + Command + "'0 9 * * *'")]
    [InlineData("0 9 * * * root test -x /bin/x", null, null, FiveFields + "9" + Command + "'0 9 * * *'")]
    [InlineData("0 9 * * * echo \"it's 9\"", null, null, FiveFields + "8" + Command + "'0 9 * * *'")]
    [InlineData("0 9 * * * root", null, null, FiveFields + "6" + Command + "'0 9 * * *'")]
    [InlineData("0 9 * * * %", null, null, FiveFields + "6" + Command + "'0 9 * * *'")]
    [InlineData("Europe/Berlin 0 9 * * *", null, null, FiveFields + "6" + Zone + "'0 9 * * *'")]
    [InlineData("0 9 * * MON UTC", null, null, FiveFields + "6" + Zone + "'0 9 * * MON'")]
    [InlineData(" TZ=Europe/London 0 6 * * *", null, null, FiveFields + "6" + Zone + "'0 6 * * *'")]
    [InlineData("CRON_TZ=UTC @daily", null, null, FiveFields + "2" + Zone + "'@daily'")]
    [InlineData("0 9 * * * # at nine", null, null, FiveFields + "8; leave out the comment: write '0 9 * * *'")]
    [InlineData("\"0 9 * * *\"", "minute", 0, Minute + "'\"0'; leave out the quotes: write '0 9 * * *'")]
    [InlineData("'0 9 * * MONDAY'", "minute", 0,
        Minute + "''0'; leave out the quotes; names have three letters: write '0 9 * * MON'")]
    [InlineData("`0 0 L * *`", "minute", 0, Minute + "'`0'; leave out the quotes" + Last)]

    // Seconds and years.
    [InlineData("0 * * * * *", null, null, FiveFields + "6; leave out the seconds or the year")]
    [InlineData("0 9 * * MON *", null, null, FiveFields + "6; leave out the year: write '0 9 * * MON'")]
    [InlineData("0 0 1 1 * 2026", null, null, FiveFields + "6; leave out the year: write '0 0 1 1 *'")]
    [InlineData("0 0 1 1 * 0000", null, null, FiveFields + "6; leave out the year: write '0 0 1 1 *'")]
    [InlineData("0 0 1 1 * 9999", null, null, FiveFields + "6; leave out the year: write '0 0 1 1 *'")]
    [InlineData("0 0 1 1 * 20", null, null, FiveFields + "6")]
    [InlineData("0 0 12 ? * MON", null, null, FiveFields + "6; leave out the seconds: write '0 12 ? * MON'")]
    [InlineData("0 0 12 ? * MON 2026", null, null,
        FiveFields + "7; leave out the seconds and the year: write '0 12 ? * MON'")]
    [InlineData("* * * * * * * *", null, null, FiveFields + "8")]
    [InlineData("60 0 0 * * MOON", null, null, FiveFields + "6")]

    // Times and periods.
    [InlineData("24:00 * * *", null, null, FiveFields + "4" + Time)]
    [InlineData("0 9:30 * * *", "hour", 2, Hour + "'9:30'" + Time)]
    [InlineData("9am * * * *", "minute", 0, Minute + "'9am'" + Time)]
    [InlineData("0 9 PM * *", "day-of-month", 4, DayOfMonth + "'PM'" + Time)]
    [InlineData("@daily 9:00", null, 0, "'@daily 9:00' is not supported" + Time)]
    [InlineData("every 5 minutes", null, null, FiveFields + "3" + Period)]
    [InlineData("@every 1h30m", null, 0, "'@every 1h30m' is not supported" + Period)]

    // Macros.
    [InlineData("hourly", null, null, FiveFields + "1; a macro begins with '@': write '@hourly'")]
    [InlineData("@dayly", null, 0, "'@dayly'" + Macros)]
    [InlineData(" @", null, 1, "'@'" + Macros)]
    [InlineData("@Daily *", null, 0, "'@Daily *' is not supported; a macro stands alone: write '@Daily'")]
    [InlineData(" @reboot", null, 1,
        "'@reboot' is not supported; schedule a one-shot without delay when the program starts")]

    // What other programs read.
    [InlineData("* * L * *", "day-of-month", 4, DayOfMonth + "'L'" + Last)]
    [InlineData("* * L-3 * *", "day-of-month", 4, DayOfMonth + "'L-3'" + Last)]
    [InlineData("* * lw * *", "day-of-month", 4, DayOfMonth + "'lw'" + Last)]
    [InlineData("* * * * friL", "day-of-week", 8, DayOfWeek + "'friL'" + Last)]
    [InlineData("* * * * sunL", "day-of-week", 8, DayOfWeek + "'sunL'" + Last)]
    [InlineData("* * 15W * *", "day-of-month", 4, DayOfMonth + "'15W'" + Weekday)]
    [InlineData("* * * * 5#2", "day-of-week", 8, DayOfWeek + "'5#2'" + Nth)]
    [InlineData("H/15 * * * *", "minute", 0, Minute + "'H/15'" + Hash)]
    [InlineData("* h(0-7) * * *", "hour", 2, Hour + "'h(0-7)'" + Hash)]
    [InlineData("0~59 * * * *", "minute", 0, Minute + "'0~59'" + Chance)]
    [InlineData("? * * * *", "minute", 0, Minute + "'?'" + Any)]
    [InlineData("* * ?/2 * *", "day-of-month", 4, DayOfMonth + "'?/2'" + Any)]
    [InlineData("* * * * 1,?", "day-of-week", 10, DayOfWeek + "'?'" + Any)]

    // Nothing that helps.
    [InlineData("", null, null, FiveFields + "0")]
    [InlineData(" \t ", null, null, FiveFields + "0")]
    [InlineData("* * * *", null, null, FiveFields + "4")]
    [InlineData("0 @daily", null, null, FiveFields + "2")]
    [InlineData("sometimes", null, null, FiveFields + "1")]
    public void Says_what_is_wrong_where_and_what_is_allowed(
        string expression, string? field, int? position, string fault)
    {
        var exception = Should.Throw<CronFormatException>(() => CronExpression.Parse(expression));
        var printed = expression.Replace("\t", "<U+0009>", StringComparison.Ordinal);
        exception.Message.ShouldBe($"Invalid cron expression '{printed}': {fault}.");
        exception.Expression.ShouldBe(expression);
        exception.Field.ShouldBe(field);
        exception.Position.ShouldBe(position);
    }

    [Theory]
    [InlineData("* * *\u00A0* *", 5, "* * *<U+00A0>* *", "<U+00A0>")]              // no-break space
    [InlineData("\uFEFF* * * * *", 0, "<U+FEFF>* * * * *", "<U+FEFF>")]            // byte order mark
    [InlineData("* * * * *\r\n", 9, "* * * * *<U+000D><U+000A>",
        "<U+000D>; leave out the line ending: write '* * * * *'")]
    [InlineData("* * * * *\n", 9, "* * * * *<U+000A>", "<U+000A>; leave out the line ending: write '* * * * *'")]
    [InlineData("\u201C0 9 * * *\u201D", 0, "<U+201C>0 9 * * *<U+201D>",
        "<U+201C>; leave out the quotes: write '0 9 * * *'")]
    [InlineData("* * * * *\0", 9, "* * * * *<U+0000>", "<U+0000>")]
    [InlineData("*\u2028* * * *", 1, "*<U+2028>* * * *", "<U+2028>")]              // line separator
    [InlineData("\u0665 * * * *", 0, "<U+0665> * * * *", "<U+0665>")]              // Arabic digit five
    [InlineData("\uFF15 * * * *", 0, "<U+FF15> * * * *", "<U+FF15>")]              // full-width digit five
    [InlineData("* * * * \u0405UN", 8, "* * * * <U+0405>UN", "<U+0405>")]          // Cyrillic letter like S
    [InlineData("* * * * FR\u0130", 10, "* * * * FR<U+0130>", "<U+0130>")]         // I with a dot
    [InlineData("* * * * \u017FUN", 8, "* * * * <U+017F>UN", "<U+017F>")]          // long s
    [InlineData("\U0001F552 * * * *", 0, "<U+1F552> * * * *", "<U+1F552>")]        // a clock face, of two characters
    public void Shows_the_code_point_of_what_is_not_printable_ASCII(
        string expression, int position, string printed, string found)
    {
        var exception = Should.Throw<CronFormatException>(() => CronExpression.Parse(expression));
        exception.Message.ShouldBe(
            $"Invalid cron expression '{printed}': only printable ASCII characters and tabs are allowed, "
                + $"found {found}.");
        exception.Position.ShouldBe(position);
        exception.Field.ShouldBeNull();
    }

    /// <remarks>
    /// A step from a value on, in a field whose maximum is 6 in some programs and 7, Sunday too, in others: refused
    /// exactly where the two readings differ.
    /// </remarks>
    [Fact]
    public void Refuses_the_14_of_49_steps_in_day_of_week_that_may_or_may_not_include_Sunday()
    {
        var refused = new List<string>();
        string[] names = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
        for (var from = 0; from <= 6; from++)
        {
            for (var step = 1; step <= 7; step++)
            {
                var (text, six, seven) = ($"{from}/{step}", DaysOf(from, 6, step), DaysOf(from, 7, step));
                var differs = !six.SetEquals(seven);
                if (differs) refused.Add(text);
                foreach (var item in (string[])[text, $"{names[from]}/{step}", $"3,{text}", $"{text},*/7"])
                {
                    var expression = $"0 9 * * {item}";
                    var hasSunday = item.EndsWith("*/7", StringComparison.Ordinal);
                    (Parse(expression).Error is not null).ShouldBe(differs && !hasSunday, expression);
                }
            }
        }

        output.WriteLine(string.Join(' ', refused));
        refused.ShouldBe(
            ["1/1", "1/2", "1/3", "1/6", "2/1", "2/5", "3/1", "3/2", "3/4", "4/1", "4/3", "5/1", "5/2", "6/1"]);
    }

    [Theory]
    [InlineData("0 9 * * 1/2", 8, "1/2", "1-6/2", "1-7/2")]
    [InlineData("0 9 * * 3,Mon/3", 10, "Mon/3", "Mon-6/3", "Mon-7/3")]
    [InlineData("0 9 * * 6/1", 8, "6/1", "6-6/1", "6-7/1")]
    public void Names_both_ways_to_write_such_a_step(
        string expression, int position, string item, string without, string with)
    {
        var exception = Should.Throw<CronFormatException>(() => CronExpression.Parse(expression));
        exception.Message.ShouldBe(
            $"Invalid cron expression '{expression}': {DayOfWeek}'{item}'; programs disagree about Sunday: "
            + $"write '{without}' without it or '{with}' with it.");
        exception.Position.ShouldBe(position);
        var saturday = new DateTimeOffset(2025, 1, 4, 12, 0, 0, TimeSpan.Zero);
        var ways = (string[])[without, with];
        ways.Select(way => expression.Replace(item, way, StringComparison.Ordinal))
            .Select(way => CronExpression.Parse(way).Next(saturday)!.Value.Day == 5)
            .ShouldBe([false, true]);
    }

    /// <remarks>Catches: a row of the table whose text is not an expression, or is cut.</remarks>
    [Fact]
    public void What_it_says_to_write_can_be_pasted_in_10_000_random_texts()
    {
        foreach (var seed in (int[])[FixedSeed, Environment.TickCount])
        {
            output.WriteLine($"seed {seed}");
            var (texts, written) = (new CronTexts(seed), 0);
            for (var i = 0; i < 10_000; i++)
            {
                var parts = Parse(texts.HostileText()).Error?.Message.Split(": write '");
                if (parts is not [_, .., [.. var pasted, '\'', '.']]) continue;
                CronExpression.Parse(pasted).Next(DateTimeOffset.UnixEpoch);
                written++;
            }

            output.WriteLine($"{written} written");
            written.ShouldBeGreaterThan(100);
        }
    }

    [Fact]
    public void Shows_half_of_a_code_point_as_it_is() =>
        Should.Throw<CronFormatException>(() => CronExpression.Parse("\uD83D *")).Message.ShouldBe(
            "Invalid cron expression '<U+D83D> *': only printable ASCII characters and tabs are allowed, found "
                + "<U+D83D>.");

    [Fact]
    public void Cuts_what_it_quotes_and_refuses_what_is_too_long()
    {
        var list = string.Join(',', Enumerable.Repeat("10", 338));
        var longest = list + ",11 * * * *";
        longest.Length.ShouldBe(1024);
        CronExpression.Parse(longest).ToString().ShouldBe(longest);
        Should.Throw<CronFormatException>(() => CronExpression.Parse(longest + " ")).Message.ShouldBe(
            $"Invalid cron expression '{longest[..64]}...': at most 1024 characters are allowed, found 1025.");
        var sevens = new string('7', 64);
        Should.Throw<CronFormatException>(() => CronExpression.Parse(sevens + "7 * * * *")).Message.ShouldBe(
            $"Invalid cron expression '{sevens}...': minute must be 0-59, found '{sevens}...'.");
    }

    [Fact]
    public void Repairs_eight_ranges_and_of_nine_none()
    {
        var backwards = string.Join(',', Enumerable.Repeat("9-6", 8));
        var forwards = string.Join(',', Enumerable.Repeat("9-23,0-6", 8));
        Should.Throw<CronFormatException>(() => CronExpression.Parse($"0 {backwards} * * *")).Message.ShouldBe(
            $"Invalid cron expression '0 {backwards} * * *': {Hour}'9-6'{Backwards}'0 {forwards} * * *'.");
        Should.Throw<CronFormatException>(() => CronExpression.Parse($"0 {backwards},9-6 * * *")).Message.ShouldBe(
            $"Invalid cron expression '0 {backwards},9-6 * * *': {Hour}'9-6'; a range must not run backwards.");
    }

    [Fact]
    public void Repairs_the_longest_text_that_is_read()
    {
        var list = string.Join(',', Enumerable.Repeat("10", 338));
        var longest = list + ",1; * * * *";
        longest.Length.ShouldBe(1024);
        Should.Throw<CronFormatException>(() => CronExpression.Parse(longest)).Message.ShouldBe(
            $"Invalid cron expression '{longest[..64]}...': {Minute}'1;'; separate values by commas"
            + $"{Comma}'{list},1 * * * *'.");
    }

    [Fact]
    public void Refuses_null_as_an_argument() => Should.Throw<ArgumentNullException>(() => CronExpression.Parse(null!));

    [Fact]
    public void A_field_of_a_million_characters_and_a_list_of_100_000_items_cost_under_a_second()
    {
        string[] giants =
        [
            new('1', 1_000_000),
            new('*', 1_000_000),
            new(' ', 1_000_000),
            new('@', 1_000_000),
            new('\uD83D', 1_000_000),
            string.Concat(Enumerable.Repeat("1,", 100_000)) + "1 * * * *",
        ];
        foreach (var giant in giants) FastestOf10(() => Parse(giant).Error.ShouldNotBeNull()).ShouldBeLessThan(1_000);
    }

    [Fact]
    public void The_longest_texts_that_are_read_cost_under_50_ms()
    {
        string[] longest =
        [
            string.Join(',', Enumerable.Repeat("*", 508)) + " * * * *",
            string.Join(',', Enumerable.Repeat("0-59/1", 145)) + " * * * *",
            "* * * * " + string.Join(',', Enumerable.Repeat("Sat", 254)),
            new string(' ', 1015) + "* * * * *",
        ];
        foreach (var text in longest)
        {
            text.Length.ShouldBeInRange(1_000, 1_024);
            FastestOf10(() => CronExpression.Parse(text)).ShouldBeLessThan(50);
        }
    }

    [Fact]
    public void Hostile_strings_50_000_give_the_typed_error_or_an_expression() => Survive(50_000);

    [LongFact]
    [Trait("Category", "Soak")]
    [Trait("Length", "Long")]
    public void Hostile_strings_1_000_000_give_the_typed_error_or_an_expression() => Survive(1_000_000);

    /// <remarks>
    /// Globalization is invariant here, so that there is no tr-TR or ar-SA to be had: a culture is made up, with other
    /// signs and separators than any that is known.
    /// </remarks>
    [Fact]
    public void Reads_and_prints_the_same_in_every_culture()
    {
        var expected = ReadAndPrint();
        var before = CultureInfo.CurrentCulture;
        try
        {
            var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            culture.NumberFormat.NegativeSign = "\u2212";
            culture.NumberFormat.PositiveSign = "1";
            culture.NumberFormat.NumberGroupSeparator = "0";
            culture.DateTimeFormat.TimeSeparator = "h";
            culture.DateTimeFormat.DateSeparator = "\u060D";
            CultureInfo.CurrentCulture = culture;
            ReadAndPrint().ShouldBe(expected);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static HashSet<int> DaysOf(int from, int to, int step) =>
        [.. Enumerable.Range(from, to - from + 1).Where(day => (day - from) % step == 0).Select(static day => day % 7)];

    private static string[] ReadAndPrint()
    {
        var texts = new CronTexts(FixedSeed);
        var start = new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
        return
        [
            .. Enumerable.Range(0, 1_000).Select(_ => CronExpression.Parse(texts.Expression()))
                .Select(cron => $"{cron} {cron.Next(start):O}"),
            .. Enumerable.Range(0, 1_000).Select(_ => Parse(texts.HostileText()).Error?.Message ?? ""),
        ];
    }

    private void Survive(int count)
    {
        foreach (var seed in (int[])[FixedSeed, Environment.TickCount])
        {
            output.WriteLine($"seed {seed}");
            var texts = new CronTexts(seed);
            var refused = 0;
            for (var i = 0; i < count; i++)
            {
                var text = texts.HostileText();
                var (expression, error) = Parse(text);
                if (error is not null)
                {
                    refused++;
                    error.Message.Length.ShouldBeLessThan(1_500);
                    error.Message.AsSpan().ContainsAnyExceptInRange(' ', '~').ShouldBeFalse(error.Message);
                }
                else
                {
                    expression!.ToString().ShouldBe(text);
                    _ = expression.Next(DateTimeOffset.UnixEpoch);
                }
            }

            output.WriteLine($"{count} strings, {refused} refused");
            refused.ShouldBeInRange(count / 2, count - 1);
        }
    }

    private static (CronExpression? Expression, CronFormatException? Error) Parse(string text)
    {
        try
        {
            return (CronExpression.Parse(text), null);
        }
        catch (CronFormatException e)
        {
            return (null, e);
        }
    }

    /// <summary>
    /// The least of ten in milliseconds. The bounds are far above it: they tell a search that does not end from a busy
    /// machine.
    /// </summary>
    private static double FastestOf10(Action action) => Enumerable.Range(0, 10).Min(_ =>
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    });
}
