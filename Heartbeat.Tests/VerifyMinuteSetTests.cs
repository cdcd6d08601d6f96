using Heartbeat.Cli.Verify;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Heartbeat.Tests;

public sealed class VerifyMinuteSetTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(null)]
    public void Holds_what_a_set_of_numbers_holds(int? fixedSeed)
    {
        var seed = fixedSeed ?? Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < 1_000; round++)
        {
            var (set, numbers) = (new MinuteSet(), new HashSet<long>());
            for (var step = random.Next(60); step >= 0; step--)
            {
                var (first, length) = (random.Next(100), random.Next(-1, 8));
                if (random.Next(3) > 0)
                {
                    set.Add(first).ShouldBe(numbers.Add(first));
                    continue;
                }

                set.Add(new MinuteRange(first, first + length - 1));
                for (var number = first; number < first + length; number++) numbers.Add(number);
            }

            var from = random.Next(-5, 100);
            var to = from + random.Next(20);
            set.Count.ShouldBe(numbers.Count);
            set.CountWithin(new(from, to)).ShouldBe(numbers.Count(number => number >= from && number <= to));
            set.SelectMany(Numbers).ShouldBe(numbers.Order());
            if (numbers.Count == 0) continue;
            (set.First, set.Last).ShouldBe((numbers.Min(), numbers.Max()));
            set.Gaps.SelectMany(Numbers).ShouldBe(Numbers(new(numbers.Min(), numbers.Max())).Except(numbers));
            set.RangeCount.ShouldBe(numbers.Count(number => !numbers.Contains(number + 1)));
        }
    }

    private static IEnumerable<long> Numbers(MinuteRange range)
    {
        for (var number = range.First; number <= range.Last; number++) yield return number;
    }
}
