using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows.Restore;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Cli.Serve;

/// <summary>Goes on with what an earlier process left, as far as it is this server's to continue.</summary>
internal sealed class InterruptedFlows(CommandContext context, Journals journals, FlowDriver driver)
{
    private readonly HashSet<string> _unreadable = new(StringComparer.Ordinal);

    /// <summary>Whether <see cref="TryResumeAllAsync"/> has gone through.</summary>
    public bool IsResumed { get; private set; }

    /// <summary>
    /// The backup, the drill, the prune, verifications, mirrors, and the restores into the directory that belongs to the
    /// server.
    /// </summary>
    public async Task ResumeAllAsync(CancellationToken cancellationToken)
    {
        journals.RemoveOld(context.Time, context.Loggers.CreateLogger<Journals>());
        await TryResumeAsync(journals.Backups, cancellationToken);
        await TryResumeAsync(journals.Drills, cancellationToken);
        await TryResumeAsync(journals.Prunes, cancellationToken);
        foreach (
            string journal in Left(journals.Verifications)
                .Concat(Left(journals.Mirrors))
                .Concat(Left(journals.Restores))
        )
        {
            await TryResumeAsync(journal, cancellationToken);
        }
    }

    /// <summary>The same, where the repository can be reached; until then <see cref="IsResumed"/> is false.</summary>
    public async Task TryResumeAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ResumeAllAsync(cancellationToken);
            IsResumed = true;
        }
        catch (AbfException e) when (e.Kind is ErrorKind.Storage)
        {
            context.Messages.Error($"what was interrupted cannot go on yet: {e.Message}");
        }
    }

    /// <returns>
    /// False: it cannot be read, because it is damaged or another user's, and is not that of backups. The others go on.
    /// </returns>
    public Task<bool> TryResumeAsync(string journal, CancellationToken cancellationToken) =>
        driver.RunAloneAsync(
            async () =>
            {
                try
                {
                    if (driver.DrivingOf(journal).IsCompleted && IsLeft(journal))
                    {
                        await driver.TryDriveAsync(journal, static host => host.FindUnfinished()?.Id, "is resumed");
                    }

                    return true;
                }
                catch (PermanentException e) when (e.Kind is ErrorKind.Busy)
                {
                    context.Messages.Note(e.Message);
                    return true;
                }
                catch (PermanentException e) when (e.Kind is ErrorKind.Configuration && journal != journals.Backups)
                {
                    if (_unreadable.Add(journal))
                    {
                        context.Messages.Warn($"left alone: {e.Message}");
                    }

                    return false;
                }
            },
            cancellationToken
        );

    /// <summary>None where they cannot be listed, which is said: the server is of use without them.</summary>
    private IEnumerable<string> Left(Func<IEnumerable<string>> list)
    {
        try
        {
            return list();
        }
        catch (PermanentException e)
        {
            context.Messages.Warn($"left alone: {e.Message}");
            return [];
        }
    }

    /// <summary>
    /// Something in it has not ended, no living process drives it, and it is this server's to continue.
    /// </summary>
    private bool IsLeft(string journal)
    {
        if (EmbeddedEngine.IsRunning(journal))
        {
            return false;
        }

        using FlowClient? client = FlowClient.TryOpen(journal, context.Time);
        return client?.List().FirstOrDefault(i => i.Status is RuntimeStatus.Running) is { } left
            && (left.FlowName != nameof(RestoreFlow) || IsBeneathOwnDirectory(left));
    }

    private bool IsBeneathOwnDirectory(FlowInstance restore)
    {
        RestoreInput input = System.Text.Json.JsonSerializer.Deserialize(
            restore.Input,
            RestoreJson.Default.RestoreInput
        )!;
        return context.Options.Restore.Directory is { } own
            && Path.GetDirectoryName(input.Target) == Path.TrimEndingDirectorySeparator(own);
    }
}
