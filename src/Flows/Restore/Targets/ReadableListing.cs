using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Checks;
using AlfrescoBackupFlows.Repository.Chunks;
using AlfrescoBackupFlows.Repository.Listings;

namespace AlfrescoBackupFlows.Flows.Restore.Targets;

/// <summary>
/// A root's listing as far as it can be read: a part that is lost takes the entries that stand in it, and no others.
/// With <c>--strict</c> the first loss is thrown.
/// </summary>
internal sealed class ReadableListing(IChunkSource chunks, RestoreRangeInput input)
{
    /// <summary>The parts that were found lost while the entries were read.</summary>
    public LostSegments Lost { get; } = new();

    /// <summary>
    /// Why the listing's own stream cannot be read; null where it can. Without it nobody knows where the parts are.
    /// </summary>
    public string? Fault { get; private set; }

    public async IAsyncEnumerable<ListingEntry> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var listing = new ListingReader(chunks, input.Listing) { Lost = input.Strict ? null : Lost.Add };
        await using IAsyncEnumerator<ListingEntry> entries = listing
            .ReadAsync(input.Paths, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await entries.MoveNextAsync())
                {
                    yield break;
                }
            }
            catch (PermanentException e) when (e.Kind is ErrorKind.Repository && !input.Strict)
            {
                Fault = e.Message;
                yield break;
            }

            yield return entries.Current;
        }
    }
}
