using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>The clocks of the database and of the storage agree with this machine's.</summary>
internal sealed class ClocksCheck : ICheck
{
    public string Id => "clock-skew";

    public string Why => "schedules, leases and the age of the index backup are judged by clocks";

    public bool IsPreflight => false;

    public Task<IEnumerable<Notice>> LookAsync(Subject subject, CancellationToken cancellationToken) =>
        Task.FromResult(
            from clock in subject.Clocks
            where clock.Value.Duration() > RecordedTime.Tolerance
            select new Notice(
                Id,
                $"the clock of {clock.Key} is {clock.Value.Duration().TotalMinutes:0} minutes "
                    + $"{(clock.Value > TimeSpan.Zero ? "ahead of" : "behind")} this machine's",
                Why,
                "set both by NTP"
            )
        );
}
