using System.Collections.Immutable;
using System.ComponentModel;
using AlfrescoBackupFlows.Alfresco.Processes;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Alfresco.SearchIndex;

/// <summary>
/// Runs <c>installation.index.refreshCommand</c> (an argument array, no shell) and waits until the job has left a new
/// copy.
/// </summary>
internal sealed class SearchIndexRefresh(SearchIndexSource source, SearchIndexBackup backup, TimeProvider time)
{
    private const string Setting = "installation.index.refreshCommand";

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Returns once a copy that was not there before is whole. A command that fails is a
    /// <see cref="PermanentException"/> of kind Source; no new copy within <see cref="SearchIndexSource.MaxWait"/> one
    /// of kind Busy.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var before = backup.Observe().Stamp;
        using var limit = new CancellationTokenSource(source.MaxWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await ExecuteAsync(either.Token);
            while (backup.Observe() is var seen && (seen.IsRunning || seen.Stamp is null || seen.Stamp == before))
            {
                await Task.Delay(LookEvery, time, either.Token);
            }
        }
        catch (OperationCanceledException)
            when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new PermanentException(
                ErrorKind.Busy,
                $"{Setting} left no new index backup at '{source.Path}' within installation.index.maxWait "
                    + $"({source.MaxWait.TotalMinutes:F0} min): look into Alfresco's log, or raise it"
            );
        }
    }

    private async Task ExecuteAsync(CancellationToken cancellationToken)
    {
        string program = source.RefreshCommand[0];
        var command = new ToolCommand(program, source.RefreshCommand[1..], ImmutableDictionary<string, string>.Empty)
        {
            IsOfAdministrator = true,
        };
        ToolExit exit;
        try
        {
            exit = await ToolProcess.RunAsync(command, input: null, output: null, cancellationToken);
        }
        catch (Win32Exception e)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"{Setting} '{program}' cannot be started ({e.Message}): name a program by its full path",
                e
            );
        }

        if (exit.Code != 0)
        {
            throw new PermanentException(
                ErrorKind.Source,
                $"{Setting} '{program}' ended with exit code {exit.Code}: {exit.Reason(static _ => false)}"
            );
        }
    }
}
