namespace Heartbeat.Benchmarks;

internal sealed class QuartzContender : Contender
{
    public override long ScheduleRecurring(Job[] jobs) => 0;
}

internal sealed class CoravelContender : Contender
{
    public override long ScheduleRecurring(Job[] jobs) => 0;
}
