using System.Collections.Immutable;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Verification;

namespace AlfrescoBackupFlows.Flows.Restore.Targets;

/// <summary>
/// What a set is known to have lost before a byte of it is read: the packs that its chunks stand in are looked up in
/// the store. Damage within a pack shows when the pack is read.
/// </summary>
/// <param name="Files">Files that do not restore.</param>
/// <param name="Bytes">Bytes of these files.</param>
/// <param name="Lines">What is lost and why, as many as fit.</param>
internal sealed record KnownLosses(long Files, long Bytes, ImmutableArray<string> Lines)
{
    public static readonly KnownLosses None = new(0, 0, []);

    /// <summary>One listing of the packs; the set's listings are read only where some are lost.</summary>
    /// <param name="selector">Of what is restored.</param>
    public static async Task<KnownLosses> FindAsync(
        SetReader set,
        Selector selector,
        CancellationToken cancellationToken
    )
    {
        if (!set.Index.WasRebuilt && (await set.Repository.FindLostPacksAsync(set.Index, cancellationToken)).Count == 0)
        {
            return None;
        }

        using SetVerification verification = await SetVerification.OpenAsync(
            set.Repository,
            set.State,
            cancellationToken
        );
        verification.Takes = (root, entry) => selector.Takes(root.Name, entry);
        VerifyReport report = await verification.CheckSetAsync(
            set.State.FindSet(set.Manifest.Id)!,
            progress: null,
            cancellationToken
        );
        if (report.Totals.Lost == 0)
        {
            // Of the dump, maybe: whoever restores it reads it through first.
            return None;
        }

        return new KnownLosses(
            report.Totals.Lost,
            report.Totals.LostBytes,
            WarningLines.First(report.Findings.Where(static f => f.Set is not null).Select(static f => f.Line))
        );
    }

    /// <exception cref="PermanentException">Repository: something is lost.</exception>
    public void RequireNone(RunId set)
    {
        if (Files > 0)
        {
            throw new PermanentException(
                ErrorKind.Repository,
                string.Join(
                    '\n',
                    Lines.Prepend(
                        $"--strict: set {set} lost {Files} files, and this restore would be without them: bring the packs "
                            + "back from a copy of the repository, restore another set, or leave out --strict."
                    )
                )
            );
        }
    }
}
