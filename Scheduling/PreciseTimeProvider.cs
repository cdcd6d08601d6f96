using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Heartbeat.Scheduling;

/// <summary>The machine's time, with timers that fire to a fraction of a millisecond: what to make a <see cref="Scheduler"/> with.</summary>
/// <remarks>
/// The timers of <see cref="TimeProvider.System"/> fire up to some milliseconds early or late, after several switches of
/// threads. These are fired, never early, by one thread that sleeps in between and exists while a timer is set. Callbacks
/// run on that thread, so a slow one delays the other timers. Made for a few timers: each wake-up looks at all of them.
/// May be used from any thread.
/// </remarks>
public sealed class PreciseTimeProvider : TimeProvider
{
    private const long Never = long.MaxValue;

    private readonly object _gate = new(); // not a Lock, which has no Pulse
    private readonly List<Timer> _set = [];
    private bool _hasThread;
    private long _wakeUp;

    private long Now => GetElapsedTime(0).Ticks;

    /// <inheritdoc/>
    /// <remarks>
    /// A time in whole milliseconds is taken as no wish for more, and may fire up to a millisecond late, at the cost of one
    /// switch of threads; one with a fraction costs two.
    /// </remarks>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Fires timers until none is set.</summary>
    private void FireTimers()
    {
        while (true)
        {
            Timer first;
            TimeSpan wait;
            lock (_gate)
            {
                _hasThread = _set.Count > 0;
                if (!_hasThread) return;
                first = _set.MinBy(static timer => timer.Due)!;
                wait = TimeSpan.FromTicks(first.Due - Now);
                if (wait > TimeSpan.Zero && (!first.IsExact || wait >= TimeSpan.FromMilliseconds(1)))
                {
                    _wakeUp = first.Due;
                    var milliseconds = first.IsExact ? Math.Floor(wait.TotalMilliseconds) : Math.Ceiling(wait.TotalMilliseconds);
                    Monitor.Wait(_gate, (int)Math.Min(milliseconds, int.MaxValue));
                    _wakeUp = 0;
                    continue;
                }

                if (wait <= TimeSpan.Zero) first.OnDue();
            }

            if (wait <= TimeSpan.Zero) first.Fire();
            else _ = NanoSleep(new(0, (nint)wait.TotalNanoseconds), 0); // cut short by a signal: looked at again
        }
    }

    /// <summary>nanosleep(2): Monitor.Wait takes whole milliseconds, which made a median of 0.65 ms late instead of 0.17 ms.</summary>
    [SuppressMessage("Interoperability", "SYSLIB1054", Justification = "The source generator needs unsafe code, and nothing is marshalled here.")]
    [DllImport("libc", EntryPoint = "nanosleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NanoSleep(in TimeSpec wait, nint rest);

    private readonly record struct TimeSpec(nint Seconds, nint Nanoseconds);

    private sealed class Timer(PreciseTimeProvider time, TimerCallback callback, object? state) : ITimer
    {
        [SuppressMessage("Usage", "CA2213", Justification = "A captured context holds nothing to be disposed.")]
        private readonly ExecutionContext? _context = ExecutionContext.Capture();
        private TimeSpan _period;
        private bool _isDisposed;

        /// <summary>When it fires next, in ticks of <see cref="Now"/>. Under the gate, as all else.</summary>
        public long Due { get; private set; } = Never;

        /// <summary>Whether a fraction of a millisecond was asked for, which Windows does not have.</summary>
        public bool IsExact { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            ThrowIfOutOfRange(dueTime);
            ThrowIfOutOfRange(period);
            lock (time._gate)
            {
                if (_isDisposed) return false;
                _period = period;
                Set(dueTime);
                if (Due < time._wakeUp) Monitor.Pulse(time._gate);
                if (time._hasThread || Due == Never) return true;
                time._hasThread = true;
            }

            new Thread(time.FireTimers) { IsBackground = true, Name = nameof(PreciseTimeProvider) }.UnsafeStart();
            return true;
        }

        public void OnDue() => Set(_period == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : _period);

        public void Fire()
        {
            if (_context is null) callback(state);
            else ExecutionContext.Run(_context, static timer => ((Timer)timer!).Call(), this);
        }

        public void Dispose()
        {
            Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            lock (time._gate) _isDisposed = true;
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        /// <summary>The range of the platform's timers.</summary>
        private static void ThrowIfOutOfRange(TimeSpan time, [CallerArgumentExpression(nameof(time))] string name = "")
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(time, Timeout.InfiniteTimeSpan, name);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(time, TimeSpan.FromMilliseconds(uint.MaxValue - 1), name);
        }

        private void Call() => callback(state);

        private void Set(TimeSpan wait)
        {
            if (Due != Never) time._set.Remove(this);
            Due = wait == Timeout.InfiniteTimeSpan ? Never : time.Now + wait.Ticks + 1; // as Now was rounded down
            if (Due != Never) time._set.Add(this);
            IsExact = wait.Ticks % TimeSpan.TicksPerMillisecond != 0 && !OperatingSystem.IsWindows();
        }
    }
}
