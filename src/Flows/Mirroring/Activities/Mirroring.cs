using AlfrescoBackupFlows.Flows.Mirroring.Records;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Mirroring;
using AlfrescoBackupFlows.Storage;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Flows.Mirroring.Activities;

/// <summary>Brings a second store to the state of the repository's. Opens no repository, and needs no passphrase. May
/// be called again, and beside everything else.</summary>
public sealed class Mirroring(FlowEnvironment environment)
{
    private readonly ILogger _logger = environment.Loggers.CreateLogger(nameof(Mirroring));

    /// <param name="isTimeUp">Whether the rest is left to another call; null: until the end.</param>
    /// <param name="onCopied">Told how many blobs and bytes were copied so far, from several threads.</param>
    /// <exception cref="PermanentException">
    /// Repository: the source or the target was cut, has forked, or is that of another repository. Configuration: the
    /// target is the repository's own place.
    /// </exception>
    public async Task<MirrorReport> RunAsync(
        MirrorRequest request,
        Func<bool>? isTimeUp,
        Action<long, long>? onCopied,
        CancellationToken cancellationToken
    )
    {
        if (StorePlace.Of(request.Url) == StorePlace.Of(environment.Options.Repository.Url))
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"{request.Name.Url} names the repository itself (repository.url): name another place"
            );
        }

        IBlobStore source = environment.Stores.Blobs;
        string id = await Mirror.IdOfAsync(source, cancellationToken);
        var memory = new MirrorMemory(environment.Options.State!, id, request.Url);
        RememberedHead? seen = memory.Recall();
        IBlobStore target = await environment.Stores.OpenMirror!(
            new MirrorPlace(
                request.Name,
                request.Url,
                request.ConnectionStringFile,
                IsNew: seen is null,
                request.IsDryRun
            ),
            cancellationToken
        );
        var options = new MirrorOptions
        {
            Checks = request.Checks,
            Repairs = request.Repairs,
            IsDryRun = request.IsDryRun,
            SourceSeen = request.Expected ?? SourceHead(id),
            TargetSeen = seen,
            IsTimeUp = isTimeUp,
            OnCopied = onCopied,
        };
        MirrorReport report = await new Mirror(source, target, options, environment.Time).RunAsync(cancellationToken);
        if (report.IsDone && !request.IsDryRun)
        {
            if (memory.TryRemember(report.Head, request.Repairs) is { } fault)
            {
                Logs.HeadNotRemembered(_logger, fault);
            }

            Logs.Mirrored(_logger, target.Location, report.CopiedBlobs, report.CopiedBytes, report.Head.Sequence);
        }

        return report;
    }

    /// <summary>Whether the last mirror that came to its end there, by whichever host, is long enough ago.</summary>
    internal Task<bool> IsDueAsync(MirrorTargetOptions target, CancellationToken cancellationToken) =>
        LastMirror(target).IsDueAsync(target.Every, cancellationToken);

    internal Task NoteEndAsync(MirrorTargetOptions target, CancellationToken cancellationToken) =>
        LastMirror(target).WriteAsync(cancellationToken);

    /// <summary>When a mirror there came to its end last, by whichever host; null: never, or nobody knows.</summary>
    public async Task<DateTimeOffset?> FindLastAsync(MirrorTargetOptions target, CancellationToken cancellationToken) =>
        await environment.Stores.OpenControlAsync(cancellationToken) is { } control
            ? await LastMirrorOf(control, target).ReadAsync(cancellationToken)
            : null;

    private EndMark LastMirror(MirrorTargetOptions target) => LastMirrorOf(environment.Stores.Control, target);

    private EndMark LastMirrorOf(IBlobStore control, MirrorTargetOptions target) =>
        new(control, $"mirrors/{MirrorMemory.KeyOf(target.Url!)}", environment.Time);

    /// <summary>What this machine has seen of the source; it is told from a target that went on by itself.</summary>
    private RememberedHead? SourceHead(string repository) =>
        new HeadMemory(environment.Options.State!, repository, environment.Stores.Blobs.Location).Recall();
}
