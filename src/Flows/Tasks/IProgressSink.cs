namespace AlfrescoBackupFlows.Flows.Tasks;

/// <summary>Receives live progress from activities. Called from many threads; must not block.</summary>
public interface IProgressSink
{
    /// <summary>Adds to the counts of a phase.</summary>
    void Advance(string phase, long files, long bytes);

    /// <summary>Says something a person should see now (already free of secrets).</summary>
    void Warn(string message);
}

/// <summary>Nobody looks.</summary>
public sealed class SilentProgress : IProgressSink
{
    public void Advance(string phase, long files, long bytes) { }

    public void Warn(string message) { }
}
