using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Documents;

/// <summary>
/// What the proof of a set found, file by file, in constant memory. Of sets of earlier versions that is what the manifest
/// names.
/// </summary>
public sealed class SetFindings(IChunkSource chunks, SetManifest manifest)
{
    private readonly ConsistencyReport _proof = manifest.Consistency;

    public async IAsyncEnumerable<FileFinding> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (_proof.Details is { } details)
        {
            await foreach (FileFinding finding in FindingsList.ReadAsync(chunks, details, cancellationToken))
            {
                yield return finding;
            }
        }
        else
        {
            foreach (NamedFile file in _proof.Named)
            {
                yield return new FileFinding(
                    file.Root,
                    PathPrefix.Unescape(file.Path),
                    file.Reason,
                    LiveFile.Unknown,
                    file.Size,
                    Captured: null,
                    UrlId: 0,
                    IsAcknowledged: false
                );
            }
        }
    }

    /// <returns>The counts, and whether <see cref="ReadAsync"/> gives every finding.</returns>
    public async Task<(ReportCountsDocument Counts, bool IsComplete)> CountAsync(CancellationToken cancellationToken)
    {
        long listed = 0;
        long carriedOver = 0;
        long alreadyMissing = 0;
        long missed = 0;
        await foreach (FileFinding finding in ReadAsync(cancellationToken))
        {
            listed += finding.IsMissing ? 1 : 0;
            carriedOver += finding.IsMissing ? 0 : 1;
            alreadyMissing += finding is { IsMissing: true, Live: LiveFile.Missing } ? 1 : 0;
            missed += finding is { IsMissing: true, Live: LiveFile.Present } ? 1 : 0;
        }

        long expected = _proof.SourceMissing + _proof.SourceChanged;
        return (
            new ReportCountsDocument(
                Missing: _proof.Missing,
                AlreadyMissing: alreadyMissing,
                Missed: missed,
                NotKnown: _proof.Missing - alreadyMissing - missed,
                WrongSizes: _proof.WrongSizes,
                Acknowledged: _proof.Acknowledged,
                CarriedOver: expected
            ),
            listed == _proof.Missing && carriedOver == expected
        );
    }
}
