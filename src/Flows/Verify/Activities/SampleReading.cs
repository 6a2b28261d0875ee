using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Verification;

namespace AlfrescoBackupFlows.Flows.Verify.Activities;

/// <summary>Reads packs of a sample from where the step before ended until the sample is done or the step's time is up.</summary>
internal sealed class SampleReading(FlowEnvironment environment, OpenedVerification opened, IProgressSink progress)
{
    /// <summary>Between two looks at the clock.</summary>
    private const int PacksAtOnce = 2;

    /// <summary>
    /// What was read is remembered after each step; of an attempt whose result was lost the turn has moved on, but where it
    /// found damage the next sample reads again.
    /// </summary>
    /// <param name="budget">Of a step.</param>
    public async Task<VerifiedStep> RunAsync(
        VerifyStepInput input,
        SampleRequest sample,
        TimeSpan budget,
        CancellationToken cancellationToken
    )
    {
        VerifyReport? again = await opened.CheckAgainAsync(long.MaxValue, cancellationToken);
        var plan = new SamplePlan(input.Sample!, sample, opened.Verification.NeededPacks);
        long started = environment.Time.GetTimestamp();
        VerifyReport report = VerifyReport.None;
        string? last = input.After;
        bool isDone = true;
        List<PackEntry> read = [];
        foreach (PackEntry[] packs in plan.After(input.After).Chunk(PacksAtOnce))
        {
            TimeSpan took = environment.Time.GetElapsedTime(started);
            bool isOver = input.Spent + took >= (sample.Budget ?? TimeSpan.MaxValue);
            if (report.Totals.PacksRead > 0 && (isOver || took >= budget))
            {
                isDone = isOver;
                break;
            }

            report += await opened.Verification.ReadPacksAsync(
                packs,
                pack => progress.Advance(VerifyParts.Data, 0, pack.Length),
                cancellationToken
            );
            read.AddRange(packs);
            last = packs[^1].Id.ToString();
        }

        report += await opened.Verification.NameLostFilesAsync(opened.Sets, cancellationToken);
        if (read.Count > 0)
        {
            var memory = new SampleMemory(environment, sample.Turn);
            SampleStart remembered = await memory.RecallAsync(cancellationToken);
            SampleStart reached = plan.Reached(last!, read, opened.Verification.DamagedPacks, remembered);
            if (!await memory.TryRememberAsync(reached, cancellationToken))
            {
                progress.Warn(
                    "The control store cannot be written: the next sample begins anywhere, not where this one ended."
                );
            }
        }

        return new VerifiedStep(report, isDone ? null : last, Again: again)
        {
            Took = environment.Time.GetElapsedTime(started),
        };
    }
}
