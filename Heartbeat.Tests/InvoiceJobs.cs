using Heartbeat.Scheduling;

namespace Heartbeat.Tests;

/// <summary>The example of README, which quotes all that follows.</summary>
internal sealed class InvoiceJobs(Scheduler scheduler, TextWriter output)
{
    public void Register() => scheduler.Schedule("invoices", CronExpression.Parse("30 6 * * MON-FRI"), SendAsync);

    private async Task SendAsync(JobRun run)
    {
        await output.WriteLineAsync($"Sent the invoices of {run.Due:yyyy-MM-dd}");
        scheduler.Schedule("reminder", TimeSpan.FromHours(8), run.Due, RemindAsync);
    }

    private Task RemindAsync(DateTimeOffset day, JobRun run) => output.WriteLineAsync($"Unpaid since {day:yyyy-MM-dd}");
}
