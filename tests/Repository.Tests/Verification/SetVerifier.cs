using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Verification;

namespace AlfrescoBackupFlows.Repository.Tests.Verification;

/// <summary>Proves that sets restore, in one go: <see cref="SetVerification"/> from its beginning to its end.</summary>
internal sealed class SetVerifier(BackupRepository repository)
{
    /// <param name="head">The log as it was read.</param>
    /// <param name="sets">Sets of its state.</param>
    /// <param name="readData">Whether every byte is read.</param>
    public async Task<VerifyReport> VerifyAsync(
        LogHead head,
        IReadOnlyList<SetSummary> sets,
        bool readData,
        CancellationToken cancellationToken
    )
    {
        VerifyReport report = VerifyReport.OfLog(head);
        try
        {
            using SetVerification verification = await SetVerification.OpenAsync(
                repository,
                head.State,
                cancellationToken
            );
            foreach (SetSummary set in sets)
            {
                report += await verification.CheckSetAsync(set, null, cancellationToken);
            }

            report += verification.CheckShared(sets.Count == head.State.Sets.Length);
            return readData
                ? report
                    + await verification.ReadPacksAsync(verification.NeededPacks, null, cancellationToken)
                    + await verification.NameLostFilesAsync(sets, cancellationToken)
                : report;
        }
        catch (PermanentException exception) when (exception.Kind == ErrorKind.Repository)
        {
            return report + VerifyReport.OfFault(exception);
        }
    }
}
