using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>An activity that says where it belongs.</summary>
internal interface IPhasedActivity : ITaskActivity
{
    /// <summary>
    /// One of <see cref="Phases"/>, for the lines that it logs: a host that runs activities apart from their flows knows
    /// nothing else of it. One that works in several tells the others by its progress.
    /// </summary>
    static abstract string Phase { get; }
}
