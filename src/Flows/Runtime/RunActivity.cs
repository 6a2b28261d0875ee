using System.Text.Json.Serialization.Metadata;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Repository;

namespace AlfrescoBackupFlows.Flows.Runtime;

/// <summary>
/// An activity that works for an open run, under its lease. The work is cancelled when the lease is lost.
/// </summary>
internal abstract class RunActivity<TInput, TOutput>(FlowEnvironment environment) : FlowActivity<TInput, TOutput>
    where TInput : IRunInput
{
    protected FlowEnvironment Environment { get; } = environment;

    public sealed override Task<TOutput> RunAsync(
        TInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    ) =>
        Environment.Runs.WorkAsync(
            input.Run,
            (run, token) =>
            {
                run.Keep(input as IKeptPages);
                return WorkAsync(run, input, progress, token);
            },
            cancellationToken
        );

    /// <param name="cancellationToken">Also cancelled when the lease is lost.</param>
    protected abstract Task<TOutput> WorkAsync(
        RunContext run,
        TInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    );
}

/// <summary>
/// One whose result is a page of the run: a page that is there already is the result, and the one that is created first
/// counts. Where it stored nothing new, and the history has room, the history keeps the page, and no store.
/// </summary>
/// <param name="type">How the page is written.</param>
internal abstract class PageActivity<TInput, TOutput>(FlowEnvironment environment, JsonTypeInfo<TOutput> type)
    : RunActivity<TInput, TOutput>(environment)
    where TInput : IRunInput
    where TOutput : class
{
    protected sealed override async Task<TOutput> WorkAsync(
        RunContext run,
        TInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        string page = PageOf(input);
        if (await run.TryReadKnownPageAsync(page, type, cancellationToken) is { } done)
        {
            return ForHistory(done);
        }

        await using RunWriter writer = await run.OpenWriterAsync(page, cancellationToken);
        TOutput result = await ProduceAsync(run, writer, input, progress, cancellationToken);
        return
            input is IKeepsPage { Room: > 0 and int room }
            && ForHistory(result) is IKept<TOutput> kept
            && await writer.TryKeepPageAsync(result, type, room, cancellationToken) is { } json
            ? kept.WithPage(json)
            : ForHistory(await writer.CommitPageAsync(result, type, cancellationToken));
    }

    /// <summary>The name of the page: the same for the same input.</summary>
    protected abstract string PageOf(TInput input);

    /// <param name="writer">Takes what the page refers to.</param>
    /// <param name="cancellationToken">Also cancelled when the lease is lost.</param>
    protected abstract Task<TOutput> ProduceAsync(
        RunContext run,
        RunWriter writer,
        TInput input,
        IProgressSink progress,
        CancellationToken cancellationToken
    );

    /// <summary>What the flow needs of the result; all of it stays in the page.</summary>
    protected virtual TOutput ForHistory(TOutput page) => page;
}
