using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Heartbeat.Scheduling;

/// <summary>The machine's time, with timers to a fraction of a millisecond, for a <see cref="Scheduler"/>.</summary>
/// <remarks>
/// The timers of <see cref="TimeProvider.System"/> fire up to some milliseconds early or late, after several switches
/// of threads. Each of these has a thread, from the first time it is set until it is disposed, which sleeps until then
/// and calls back: never early. So they are for a few timers that live long. May be used from any thread.
/// </remarks>
public sealed class PreciseTimeProvider : TimeProvider
{
    private long Now => GetElapsedTime(0).Ticks;

    /// <inheritdoc/>
    /// <remarks>
    /// A time in whole milliseconds is taken as no wish for more: the timer may then fire up to a millisecond late, and
    /// costs one switch of threads. A time with a fraction costs two.
    /// </remarks>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ThreadTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>
    /// nanosleep(2). <see cref="Monitor.Wait(object, int)"/> takes whole milliseconds: rounded up, the median run was
    /// 0.65 ms late; with the rest slept here it is 0.17 ms.
    /// </summary>
    [SuppressMessage("Interoperability", "SYSLIB1054", Justification = "It needs unsafe code.")]
    [DllImport("libc", EntryPoint = "nanosleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NanoSleep(in TimeSpec wait, nint rest);

    private readonly record struct TimeSpec(nint Seconds, nint Nanoseconds);

    private sealed class ThreadTimer(PreciseTimeProvider time, TimerCallback callback, object? state) : ITimer
    {
        private const long Never = long.MaxValue;

        private readonly object _gate = new(); // not a Lock, which has no Pulse
        private long _due = Never;
        private bool _isExact;
        private TimeSpan _period;
        private Thread? _thread;
        private bool _isDisposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            ThrowIfOutOfRange(dueTime);
            ThrowIfOutOfRange(period);
            lock (_gate)
            {
                if (_isDisposed) return false;
                _period = period == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : period;
                Set(dueTime);
                Monitor.Pulse(_gate);
                if (_thread is not null || _due == Never) return true;
                _thread = new(Run) { IsBackground = true, Name = nameof(PreciseTimeProvider) };
                _thread.Start();
                return true;
            }
        }

        public void Dispose()
        {
            lock (_gate)
            {
                _isDisposed = true;
                Monitor.Pulse(_gate);
            }
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

        private void Run()
        {
            while (true)
            {
                TimeSpan wait;
                lock (_gate)
                {
                    if (_isDisposed) return;
                    wait = TimeSpan.FromTicks(_due == Never ? Never : _due - time.Now);
                    if (wait <= TimeSpan.Zero)
                    {
                        Set(_period);
                    }
                    else if (!_isExact || wait >= TimeSpan.FromMilliseconds(1))
                    {
                        // Without a fraction asked for it is rounded up; else the rest is slept below.
                        var ms = _isExact ? Math.Floor(wait.TotalMilliseconds) : Math.Ceiling(wait.TotalMilliseconds);
                        Monitor.Wait(_gate, (int)Math.Min(ms, int.MaxValue));
                        continue;
                    }
                }

                if (wait <= TimeSpan.Zero) callback(state);
                else _ = NanoSleep(new(0, (nint)wait.TotalNanoseconds), 0);
            }
        }

        private void Set(TimeSpan wait)
        {
            _due = wait == Timeout.InfiniteTimeSpan ? Never : time.Now + wait.Ticks + 1; // as Now was rounded down
            _isExact = wait.Ticks % TimeSpan.TicksPerMillisecond != 0 && !OperatingSystem.IsWindows();
        }
    }
}
