using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>The database answers, may be read as a whole, and has a dump tool that fits it.</summary>
internal sealed class DatabaseCheck : ICheck
{
    public string Id => "database";

    public string Why => "the database cannot be dumped, and without its dump there is no set";

    public bool IsPreflight => true;

    public async Task<IEnumerable<Notice>> LookAsync(Subject subject, CancellationToken cancellationToken)
    {
        subject.Database = await subject.Installation.Database.OpenSource(subject.Tell).CheckAsync(cancellationToken);
        if (subject.Database.Clock is { } clock)
        {
            subject.Clocks["the database"] = clock - subject.Time.GetUtcNow();
        }

        return subject.Database.Notices;
    }
}
