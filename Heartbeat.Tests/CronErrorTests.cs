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
/// FAULTS rows 20 and 21. Catches: <c>int.Parse</c> for the digits (twenty of them overflow), <c>char.IsDigit</c>
/// (Arabic ones pass), <c>Trim()</c> without its blanks (a carriage return passes), no limit of length.
/// </remarks>
public sealed class CronErrorTests(ITestOutputHelper output)
{
    private const int FixedSeed = 20_240_229;
    private const string FiveFields = "five fields are needed (minute hour day-of-month month day-of-week), found ";
    private const string DayOfWeek = "day-of-week must be 0-7 or SUN-SAT, found ";
    private const string DayOfMonth = "day-of-month must be 1-31, found ";
    private const string Backwards = "; a range must not run backwards: write ";
    private const string Look = " and let the job look at the date";
    private const string Last = "; 'L' (last) is not read here: run on each candidate day" + Look;
    private const string Weekday = "; 'W' (nearest weekday) is not read here: run on MON-FRI" + Look;
    private const string Nth = "; '#' (nth weekday) is not read here: run on each such weekday" + Look;
    private const string Hash = "; 'H' (hash) is not read here: choose a value";
    private const string Chance = "; '~' (random) is not read here: choose a value";
    private const string Any = "; '?' is read only alone in a day field: write '*'";
    private const string Zone = "'TZ=' is not read here: the time zone is given beside the expression";
    private const string Anew = " and begins anew with each ";
    private const string Macros = "known are @yearly @annually @monthly @weekly @daily @midnight @hourly";

    [Theory]

    // Values, in each field.
    [InlineData("60 * * * *", "minute", 0, "minute must be 0-59, found '60'")]
    [InlineData("* 24 * * *", "hour", 2, "hour must be 0-23, found '24'")]
    [InlineData("* * 0 * *", "day-of-month", 4, DayOfMonth + "'0'")]
    [InlineData("* * * 13 *", "month", 6, "month must be 1-12 or JAN-DEC, found '13'")]
    [InlineData("* * * * 8", "day-of-week", 8, DayOfWeek + "'8'")]
    [InlineData("* * * MON *", "month", 6, "month must be 1-12 or JAN-DEC, found 'MON'")]
    [InlineData("* * * * MONDAY", "day-of-week", 8, DayOfWeek + "'MONDAY'")]
    [InlineData("* * * * WEB", "day-of-week", 8, DayOfWeek + "'WEB'")]
    [InlineData("\t1,2,99 * * * *", "minute", 5, "minute must be 0-59, found '99'")]
    [InlineData("+5 * * * *", "minute", 0, "minute must be 0-59, found '+5'")]
    [InlineData("-5 * * * *", "minute", 0, "minute must be 0-59, found '-5'")]
    [InlineData("5- * * * *", "minute", 0, "minute must be 0-59, found '5-'")]
    [InlineData("1-2-3 * * * *", "minute", 0, "minute must be 0-59, found '1-2-3'")]
    [InlineData("*5 * * * *", "minute", 0, "minute must be 0-59, found '*5'")]
    [InlineData("*-5 * * * *", "minute", 0, "minute must be 0-59, found '*-5'")]
    [InlineData("1,,2 * * * *", "minute", 0, "minute must be 0-59, found '1,,2'")]
    [InlineData("* 1, * * *", "hour", 2, "hour must be 0-23, found '1,'")]
    [InlineData("99999999999999999999 * * * *", "minute", 0, "minute must be 0-59, found '99999999999999999999'")]

    // Ranges and steps.
    [InlineData("50-10 * * * *", "minute", 0, "minute must be 0-59, found '50-10'" + Backwards + "'50-59,0-10'")]
    [InlineData("50-10/5 * * * *", "minute", 0, "minute must be 0-59, found '50-10/5'" + Backwards + "it as two")]
    [InlineData("* * * * fri-mon", "day-of-week", 8, DayOfWeek + "'fri-mon'" + Backwards + "'5-7,0-1'")]
    [InlineData("* * * * fri-0", "day-of-week", 8, DayOfWeek + "'fri-0'" + Backwards + "'5-7,0-0'")]
    [InlineData("*/60 * * * *", "minute", 0, "minute must be 0-59, found '*/60'; a step is 1-59" + Anew + "hour")]
    [InlineData("* */24 * * *", "hour", 2, "hour must be 0-23, found '*/24'; a step is 1-23" + Anew + "day")]
    [InlineData("* * */32 * *", "day-of-month", 4, DayOfMonth + "'*/32'; a step is 1-31" + Anew + "month")]
    [InlineData("* * * */13 *", "month", 6, "month must be 1-12 or JAN-DEC, found '*/13'; a step is 1-12" + Anew + "year")]
    [InlineData("* * * * */8", "day-of-week", 8, DayOfWeek + "'*/8'; a step is 1-7" + Anew + "week")]
    [InlineData("*/0 * * * *", "minute", 0, "minute must be 0-59, found '*/0'; a step is 1-59" + Anew + "hour")]
    [InlineData("*/ * * * *", "minute", 0, "minute must be 0-59, found '*/'")]
    [InlineData("*/2/3 * * * *", "minute", 0, "minute must be 0-59, found '*/2/3'")]

    // What other programs read.
    [InlineData("* * L * *", "day-of-month", 4, DayOfMonth + "'L'" + Last)]
    [InlineData("* * L-3 * *", "day-of-month", 4, DayOfMonth + "'L-3'" + Last)]
    [InlineData("* * lw * *", "day-of-month", 4, DayOfMonth + "'lw'" + Last)]
    [InlineData("* * * * friL", "day-of-week", 8, DayOfWeek + "'friL'" + Last)]
    [InlineData("* * 15W * *", "day-of-month", 4, DayOfMonth + "'15W'" + Weekday)]
    [InlineData("* * * * 5#2", "day-of-week", 8, DayOfWeek + "'5#2'" + Nth)]
    [InlineData("H/15 * * * *", "minute", 0, "minute must be 0-59, found 'H/15'" + Hash)]
    [InlineData("* h(0-7) * * *", "hour", 2, "hour must be 0-23, found 'h(0-7)'" + Hash)]
    [InlineData("0~59 * * * *", "minute", 0, "minute must be 0-59, found '0~59'" + Chance)]
    [InlineData("? * * * *", "minute", 0, "minute must be 0-59, found '?'" + Any)]
    [InlineData("* * ?/2 * *", "day-of-month", 4, DayOfMonth + "'?/2'" + Any)]
    [InlineData("* * * * 1,?", "day-of-week", 10, DayOfWeek + "'?'" + Any)]

    // Not five fields.
    [InlineData("", null, null, FiveFields + "0")]
    [InlineData(" \t ", null, null, FiveFields + "0")]
    [InlineData("* * * *", null, null, FiveFields + "4")]
    [InlineData("0 * * * * *", null, null, FiveFields + "6; leave out the seconds or the year")]
    [InlineData("0 0 12 ? * MON 2026", null, null, FiveFields + "7; leave out the seconds and the year")]
    [InlineData("* * * * * * * *", null, null, FiveFields + "8")]
    [InlineData(" TZ=Europe/London 0 6 * * *", null, 1, Zone)]
    [InlineData("cron_tz=UTC * * * *", null, 0, Zone)]
    [InlineData("@every 5m", null, 0, "'@every 5m' is not read here: write a step, as in '*/5 * * * *' for every five minutes")]
    [InlineData(" @reboot", null, 1, "'@reboot' is not read here: schedule a job without delay when the program starts")]
    [InlineData("@yearl", null, 0, "'@yearl' is not read here: " + Macros)]
    [InlineData("@daily *", null, 0, "'@daily *' is not read here: " + Macros)]
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
    [InlineData("* * * * *\r", 9, "* * * * *<U+000D>", "<U+000D>")]
    [InlineData("* * * * *\n", 9, "* * * * *<U+000A>", "<U+000A>")]
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
            $"Invalid cron expression '{printed}': only printable ASCII characters and tabs are read, found {found}.");
        exception.Position.ShouldBe(position);
        exception.Field.ShouldBeNull();
    }

    [Fact]
    public void Shows_half_of_a_code_point_as_it_is() =>
        Should.Throw<CronFormatException>(() => CronExpression.Parse("\uD83D *")).Message.ShouldBe(
            "Invalid cron expression '<U+D83D> *': only printable ASCII characters and tabs are read, found <U+D83D>.");

    [Fact]
    public void Cuts_what_it_quotes_and_refuses_what_is_too_long()
    {
        var list = string.Join(',', Enumerable.Repeat("10", 338));
        var longest = list + ",11 * * * *";
        longest.Length.ShouldBe(1024);
        CronExpression.Parse(longest).ToString().ShouldBe(longest);
        Should.Throw<CronFormatException>(() => CronExpression.Parse(longest + " ")).Message.ShouldBe(
            $"Invalid cron expression '{longest[..64]}...': at most 1024 characters are read, found 1025.");
        var sevens = new string('7', 64);
        Should.Throw<CronFormatException>(() => CronExpression.Parse(sevens + "7 * * * *")).Message.ShouldBe(
            $"Invalid cron expression '{sevens}...': minute must be 0-59, found '{sevens}...'.");
    }

    [Fact]
    public void Refuses_null_as_an_argument() => Should.Throw<ArgumentNullException>(() => CronExpression.Parse(null!));

    [Fact]
    public void A_field_of_a_million_characters_and_a_list_of_100_000_items_cost_under_50_ms()
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
        foreach (var giant in giants) FastestOf10(() => Parse(giant).Error.ShouldNotBeNull()).ShouldBeLessThan(50);
    }

    [Fact]
    public void The_longest_texts_that_are_read_cost_under_1_ms()
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
            FastestOf10(() => CronExpression.Parse(text)).ShouldBeLessThan(1);
        }
    }

    [Fact]
    public void Hostile_strings_50_000_give_the_typed_error_or_an_expression() => Survive(50_000);

    [LongFact]
    [Trait("Category", "Soak")]
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

    /// <summary>The least of ten in milliseconds, so that a busy machine is not taken for a slow parser.</summary>
    private static double FastestOf10(Action action) => Enumerable.Range(0, 10).Min(_ =>
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    });
}
