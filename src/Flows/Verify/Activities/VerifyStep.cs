using System.Globalization;
using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Verification;

namespace AlfrescoBackupFlows.Flows.Verify.Activities;

/// <summary>
/// Verifies from where the step before ended until its part is done or its time is up. What it reads it reads again
/// when it runs again, with the same result.
/// </summary>
internal sealed class VerifyStep(FlowEnvironment environment)
    : FlowActivity<VerifyStepInput, VerifiedStep>,
        IPhasedActivity
{
    public static string Phase => Phases.Structure;

    /// <summary>What a killed verification does again at most, but for one large set.</summary>
    private static readonly TimeSpan Budget = TimeSpan.FromMinutes(2);

    /// <summary>Between two looks at the clock.</summary>
    private const int PacksAtOnce = 8;

    private const int ManifestsAtOnce = 8;

    public override async Task<VerifiedStep> RunAsync(
        VerifyStepInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        await using IAsyncDisposable held = await environment.Reading.HoldAsync(input.Request.Set, cancellationToken);
        try
        {
            return await environment
                .Shared(e => new VerifySession(e))
                .WorkAsync(
                    input,
                    opened =>
                        (input.Part, input.Request.Sample) switch
                        {
                            (VerifyParts.Structure, _) => CheckSetsAsync(
                                opened,
                                input.After,
                                progress,
                                cancellationToken
                            ),
                            (VerifyParts.Live, _) => new LiveComparison(environment, opened, progress).RunAsync(
                                input.After,
                                Budget,
                                cancellationToken
                            ),
                            (_, { } sample) => new SampleReading(environment, opened, progress).RunAsync(
                                input,
                                sample,
                                Budget,
                                cancellationToken
                            ),
                            _ => ReadPacksAsync(opened, input.After, progress, cancellationToken),
                        },
                    cancellationToken
                );
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Repository)
        {
            return new VerifiedStep(VerifyReport.OfFault(e), Next: null, IsStopped: true);
        }
    }

    private async Task<VerifiedStep> CheckSetsAsync(
        OpenedVerification opened,
        string? after,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        long last = after is null ? -1 : long.Parse(after, CultureInfo.InvariantCulture);
        VerifyReport? again = await opened.CheckAgainAsync(last, cancellationToken);
        long started = environment.Time.GetTimestamp();
        VerifyReport report = VerifyReport.None;
        IEnumerable<SetSummary> rest = opened.Sets.Where(set => set.Sequence > last);
        await foreach ((SetSummary set, Task<SetManifest> manifest) in ManifestsAsync(opened, rest, cancellationToken))
        {
            if (report.Totals.Sets > 0 && environment.Time.GetElapsedTime(started) >= Budget)
            {
                return new VerifiedStep(report, last.ToString(CultureInfo.InvariantCulture), Again: again);
            }

            report += await opened.CheckAsync(set, progress, cancellationToken, manifest);
            last = set.Sequence;
        }

        return new VerifiedStep(report + opened.Verification.CheckShared(opened.AreAll), Next: null, Again: again);
    }

    /// <summary>Sets that are alike take next to no time each: their manifests are read some at once.</summary>
    private static async IAsyncEnumerable<(SetSummary Set, Task<SetManifest> Manifest)> ManifestsAsync(
        OpenedVerification opened,
        IEnumerable<SetSummary> sets,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (SetSummary[] group in sets.Chunk(ManifestsAtOnce))
        {
            Task<SetManifest>[] manifests =
            [
                .. group.Select(set => opened.Repository.Log.ReadManifestAsync(set, cancellationToken)),
            ];
            try
            {
                for (int i = 0; i < group.Length; i++)
                {
                    yield return (group[i], manifests[i]);
                }
            }
            finally
            {
                foreach (Task manifest in manifests)
                {
                    await manifest.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
        }
    }

    private async Task<VerifiedStep> ReadPacksAsync(
        OpenedVerification opened,
        string? after,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        // A process that did not look at the sets itself must do so before it knows which packs they need.
        VerifyReport? again = await opened.CheckAgainAsync(long.MaxValue, cancellationToken);
        long started = environment.Time.GetTimestamp();
        VerifyReport report = VerifyReport.None;
        IEnumerable<PackEntry> rest = PackId.TryParse(after, out PackId last)
            ? opened.Verification.NeededPacks.Where(pack => pack.Id > last)
            : opened.Verification.NeededPacks;
        foreach (PackEntry[] packs in rest.Chunk(PacksAtOnce))
        {
            if (report.Totals.PacksRead > 0 && environment.Time.GetElapsedTime(started) >= Budget)
            {
                return new VerifiedStep(await WithLostFilesAsync(), after, Again: again);
            }

            report += await opened.Verification.ReadPacksAsync(
                packs,
                pack => progress.Advance(VerifyParts.Data, 0, pack.Length),
                cancellationToken
            );
            after = packs[^1].Id.ToString();
        }

        return new VerifiedStep(await WithLostFilesAsync(), Next: null, Again: again);

        async Task<VerifyReport> WithLostFilesAsync() =>
            report + await opened.Verification.NameLostFilesAsync(opened.Sets, cancellationToken);
    }
}
