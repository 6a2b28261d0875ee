using AlfrescoBackupFlows.Flows.Mirroring.Records;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Mirroring;
using AlfrescoBackupFlows.Storage;

namespace AlfrescoBackupFlows.Flows.Mirroring.Activities;

/// <summary>Copies to one target until it has all or its time is up: what is copied stays so either way.</summary>
internal sealed class MirrorBlobs(FlowEnvironment environment) : FlowActivity<MirrorStep, MirroredPart>, IPhasedActivity
{
    public static string Phase => Phases.Mirror;

    private static readonly TimeSpan Budget = TimeSpan.FromMinutes(5);

    public override async Task<MirroredPart> RunAsync(
        MirrorStep input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        // The configuration may have become another one while the run waited.
        if (environment.Options.Mirror.ElementAtOrDefault(input.Target) is not { } target)
        {
            return input.Url is null ? new MirroredPart(0, 0, IsDone: true) : throw Gone(input);
        }

        if (input.Url is { } url && url != MirrorMemory.KeyOf(target.Url!))
        {
            throw Gone(input);
        }

        long started = environment.Time.GetTimestamp();
        var mirroring = new Mirroring(environment);
        MirrorReport report = await mirroring.RunAsync(
            new MirrorRequest(NameOf(input.Target), target.Url!, target.ConnectionStringFile),
            () => environment.Time.GetElapsedTime(started) >= Budget,
            onCopied: null,
            cancellationToken
        );
        if (report.DifferentBlobs > 0)
        {
            throw new PermanentException(ErrorKind.Repository, report.Conflict(StorePlace.Of(target.Url)!)!);
        }

        if (report.IsDone)
        {
            await mirroring.NoteEndAsync(target, cancellationToken);
        }

        return new MirroredPart(report.CopiedBlobs, report.CopiedBytes, report.IsDone)
        {
            Head = input.Url is null ? null : report.Head,
            UnfitBlobs = input.Url is null ? 0 : report.UnfitBlobs,
        };
    }

    private static StoreName NameOf(int target) => new($"mirror.{target}.url", $"mirror.{target}.connectionStringFile");

    private static PermanentException Gone(MirrorStep input) =>
        new(
            ErrorKind.Configuration,
            $"mirror.{input.Target}: the configuration has another target there than the one that was asked for; ask again"
        );
}
