using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Contracts;

namespace AlfrescoBackupFlows.Documents;

/// <summary>A state of a document, and the sets that have it so.</summary>
/// <param name="Newest">As the newest of the sets has it.</param>
/// <param name="Sets">Their ids, newest first.</param>
public sealed record FoundState(FoundDocument Newest, IReadOnlyList<string> Sets)
{
    /// <param name="documents">As <see cref="DocumentSearch"/> gives them: each with its sets, newest first.</param>
    public static async IAsyncEnumerable<FoundState> GroupAsync(
        IAsyncEnumerable<FoundDocument> documents,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        FoundDocument? newest = null;
        List<string> sets = [];
        await foreach (FoundDocument document in documents.WithCancellation(cancellationToken))
        {
            if (newest is not null && newest with { Set = document.Set } != document)
            {
                yield return new FoundState(newest, sets);
                (newest, sets) = (null, []);
            }

            newest ??= document;
            sets.Add(document.Set);
        }

        if (newest is not null)
        {
            yield return new FoundState(newest, sets);
        }
    }
}
