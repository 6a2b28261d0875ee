using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>Which run an activity works for.</summary>
/// <param name="Id">The run's id; that of the set once it is committed.</param>
/// <param name="Parent">The set whose listings it inherits from; null for the first set of an installation.</param>
public sealed record RunRef(RunId Id, RunId? Parent) : IRunInput
{
    RunRef IRunInput.Run => this;
}

/// <summary>The input of an activity that works under a run's lease.</summary>
public interface IRunInput
{
    RunRef Run { get; }
}
