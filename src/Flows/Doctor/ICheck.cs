using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>
/// One thing that is looked at before a backup. It changes nothing that stays, and every wait of it has an end. Another
/// one is a class here, and a line in <see cref="Examination"/>.
/// </summary>
internal interface ICheck
{
    /// <summary>Of the errors that have no id of their own.</summary>
    string Id { get; }

    /// <summary>What comes of its errors.</summary>
    string Why { get; }

    /// <summary>
    /// Whether every backup begins with it. The others are for <c>abf doctor</c>: a backup finds by itself what they
    /// look for, or is no worse for it.
    /// </summary>
    bool IsPreflight { get; }

    /// <returns>What a person should know; nothing where all is well.</returns>
    /// <exception cref="AbfException">No backup can be taken.</exception>
    Task<IEnumerable<Notice>> LookAsync(Subject subject, CancellationToken cancellationToken);
}
