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
            var (other, otherNumbers) = (new MinuteSet(), new HashSet<long>());
            // More than are kept unsorted, in some rounds.
            var (most, steps) = random.Next(50) == 0 ? (30_000, 20_000) : (100, 60);
            for (var step = random.Next(steps); step >= 0; step--)
            {
                var first = random.Next(most);
                for (var number = first + random.Next(8); number >= first; number--) Add(set, numbers, number);
                for (var number = first; number < first + random.Next(8); number++) Add(other, otherNumbers, number);
            }

            ShouldHold(set, numbers);
            ShouldHold(set.Minus(other), [.. numbers.Except(otherNumbers)]);
            ShouldHold(other.Minus(set), [.. otherNumbers.Except(numbers)]);
            // What was put in order may grow.
            for (var number = random.Next(most); number % 5 != 0; number++) Add(set, numbers, number);
            ShouldHold(set, numbers);
        }

        static void Add(MinuteSet set, HashSet<long> numbers, long number)
        {
            set.Add(number);
            numbers.Add(number);
        }

        static void ShouldHold(MinuteSet set, HashSet<long> numbers)
        {
            set.Ranges.SelectMany(Numbers).ShouldBe(numbers.Order());
            set.Ranges.Count.ShouldBe(numbers.Count(number => !numbers.Contains(number + 1)));
            set.Count.ShouldBe(numbers.Count);
        }
    }

    private static IEnumerable<long> Numbers(MinuteRange range)
    {
        for (var number = range.First; number <= range.Last; number++) yield return number;
    }
}
