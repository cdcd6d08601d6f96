using System.Diagnostics.CodeAnalysis;

namespace Heartbeat.Scheduling;

/// <summary>The scheduler's loop: looks at what is due, waits until the next look is due, and looks again.</summary>
/// <remarks>
/// <para>
/// Where time is the machine's the loop has a thread, which sleeps to the millisecond and wakes in one switch of threads. A
/// tick of the platform's timers comes up to 7 ms early or late, and takes ten: those of the timer thread, of a worker,
/// and of the pool's own upkeep.
/// </para>
/// <para>
/// Any other clock has nothing to wait with but its timers: there the loop awaits a <see cref="PeriodicTimer"/>, whose
/// period is set anew for each wait, and so runs inside the call that moves a clock of the tests.
/// </para>
/// <para><see cref="IsRaised"/>, <see cref="IsInTimeFor"/> and <see cref="Set"/> belong to the scheduler's lock.</para>
/// </remarks>
/// <param name="time">The clock.</param>
/// <param name="clocks">Its readings.</param>
/// <param name="look">Looks at what is due, and <see cref="Set"/>s the next look. Called without the lock.</param>
internal sealed class Alarm(TimeProvider time, Clocks clocks, Action look) : IDisposable
{
    private readonly bool _hasThread = HasPlatformTimers(time);
    private readonly PeriodicTimer _timer = new(Timeout.InfiniteTimeSpan, time);

    [SuppressMessage("Usage", "CA2213", Justification = "The end sets it, and so must still find it.")]
    private readonly AutoResetEvent _sooner = new(initialState: false);

    private volatile bool _isDisposed;

    /// <summary>When the next look is due, in elapsed ticks; none needs to be brought forward before the first was set.</summary>
    private long _next = long.MinValue;

    /// <summary>Whether a look has been asked for at once from the pool, and has not come yet: never where the loop has a thread.</summary>
    public bool IsRaised { get; set; }

    /// <summary>Looks at once, and then whenever it is time, until the alarm is disposed.</summary>
    public Task RunAsync() => _hasThread
        ? Task.Factory.StartNew(LookOnThread, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
        : LookAtTicksAsync();

    /// <summary>Whether the next look comes by a time in elapsed ticks.</summary>
    public bool IsInTimeFor(long due) => due >= _next;

    /// <summary>Arranges the next look.</summary>
    /// <param name="now">Elapsed ticks.</param>
    /// <param name="wait">Ticks from now on; zero or less: at once.</param>
    public void Set(long now, long wait)
    {
        var isSooner = now + wait < _next;
        Volatile.Write(ref _next, now + wait);
        if (_hasThread)
        {
            if (isSooner) _sooner.Set(); // stays set until the loop waits: no change is lost
        }
        else if (wait > 0)
        {
            Aim(Milliseconds(wait));
        }
        else if (!IsRaised)
        {
            IsRaised = true;
            ThreadPool.UnsafeQueueUserWorkItem(static look => look(), look, preferLocal: false);
        }
    }

    /// <summary>Ends the loop. Without the lock: a loop that awaits its timer ends within this call.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _sooner.Set();
        _timer.Dispose();
    }

    private void LookOnThread()
    {
        while (!_isDisposed)
        {
            look();
            var wait = Volatile.Read(ref _next) - clocks.ReadElapsed();
            if (wait > 0) _sooner.WaitOne(Milliseconds(wait));
        }
    }

    private async Task LookAtTicksAsync()
    {
        do look();
        while (await _timer.WaitForNextTickAsync(CancellationToken.None).ConfigureAwait(false));
    }

    /// <summary>Whether time passes as on the machine: the wall clock may be another.</summary>
    private static bool HasPlatformTimers(TimeProvider time)
    {
        using var its = Create(time);
        using var platforms = Create(TimeProvider.System);
        return its.GetType() == platforms.GetType();

        static ITimer Create(TimeProvider time) => time.CreateTimer(static _ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Sets the timer, unless its next tick is soon enough as it is: setting it is most of the cost of a look.</summary>
    private void Aim(TimeSpan period)
    {
        if (_timer.Period != period) _timer.Period = period;
    }

    /// <summary>The least whole number of milliseconds that is not shorter: timers take no fraction, and not zero.</summary>
    private static TimeSpan Milliseconds(long ticks) =>
        TimeSpan.FromMilliseconds(Math.Max(1, (ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond));
}
