using System.Reflection;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Mirroring;
using AlfrescoBackupFlows.Repository.SetChecks;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>Stores what checked sets beside them. A check is none the less for it where that fails.</summary>
internal static class SetCheckRecording
{
    /// <summary>Name and version of the program.</summary>
    public static string Tool { get; } =
        "abf "
        + typeof(SetCheckRecording)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion.Split('+')[0];

    /// <param name="checks">Of the sets that the log has.</param>
    /// <returns>Why they could not be stored, which the log has too; null where they were.</returns>
    public static async Task<string?> TryAddAsync(
        FlowEnvironment environment,
        Func<LogState, IReadOnlyCollection<SetCheck>> checks,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await MirrorMark.RequireNoneAsync(environment.Stores.Blobs, cancellationToken);
            BackupRepository repository = await environment.Repository.OpenAsync(cancellationToken);
            await repository.SetChecks.AddAsync(checks, cancellationToken);
            return null;
        }
        catch (AbfException e)
        {
            Logs.CheckNotRecorded(environment.Loggers.CreateLogger(nameof(SetCheckRecording)), e.Message);
            return $"'abf sets' will not tell of this check, because it could not be recorded: {e.Message}";
        }
    }
}
