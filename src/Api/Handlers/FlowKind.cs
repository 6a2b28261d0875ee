using System.Text.Json.Serialization.Metadata;
using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.AspNetCore.Http;

namespace AlfrescoBackupFlows.Api.Handlers;

/// <summary>What the routes of every kind of flow do alike: one is started alone, found, shown and cancelled.</summary>
/// <param name="Flow">The flow's name.</param>
/// <param name="Noun">What an instance is called in answers.</param>
/// <param name="Place">Where its instances are, such as <c>backups</c>.</param>
/// <param name="IsId">Whether an id is of this kind.</param>
/// <param name="Describe">As clients see it.</param>
internal sealed record FlowKind<TDocument>(
    string Flow,
    string Noun,
    string Place,
    Func<string, bool> IsId,
    Func<ApiCall, InstanceState, TDocument> Describe,
    JsonTypeInfo<TDocument> Type
)
{
    public async Task<IResult> GetAsync(ApiCall call, CancellationToken cancellationToken) =>
        ApiCall.Ok(Describe(call, await FindAsync(call, cancellationToken)), Type);

    public async Task<IResult> CancelAsync(ApiCall call, CancellationToken cancellationToken)
    {
        InstanceState instance = await FindAsync(call, cancellationToken);
        await Instances.CancelAsync(call.Flows, instance, Noun, cancellationToken);
        return Accepted(call, instance);
    }

    /// <summary>202, with what is running and where its status is.</summary>
    public IResult Accepted(ApiCall call, InstanceState instance) =>
        call.Accepted(Describe(call, instance), Type, LinkOf(instance.Id));

    /// <summary>Starts one, unless one that does the same is running: then that.</summary>
    /// <param name="newId">Made of something random.</param>
    /// <param name="busy">What is in the way, where the running one does something else.</param>
    /// <param name="isInTheWay">Whether a running one keeps a new one from being started; null: each does.</param>
    /// <param name="isSame">Whether the running one does what is asked for; null: where its input is the same.</param>
    /// <exception cref="ApiException">409: another one is running.</exception>
    public async Task<IResult> StartAloneAsync(
        ApiCall call,
        string input,
        Func<Guid, string> newId,
        string busy,
        CancellationToken cancellationToken,
        Func<InstanceState, bool>? isInTheWay = null,
        Func<InstanceState, bool>? isSame = null
    )
    {
        await call.Limits.Starting.WaitAsync(cancellationToken);
        try
        {
            try
            {
                return Accepted(call, await StartOrFindAsync());
            }
            catch (PermanentException e) when (e.Kind is ErrorKind.Busy)
            {
                // Another host started one since this one looked: that one is found now.
                return Accepted(call, await StartOrFindAsync());
            }
        }
        finally
        {
            call.Limits.Starting.Release();
        }

        async Task<InstanceState> StartOrFindAsync()
        {
            InstanceState? running = (await call.Flows.ListAsync(Flow, cancellationToken)).FirstOrDefault(i =>
                i.Phase is InstancePhase.Running && isInTheWay?.Invoke(i) is not false
            );
            if (running is not null && !(isSame?.Invoke(running) ?? running.Input == input))
            {
                throw ApiException.Busy(busy, LinkOf(running.Id));
            }

            return running
                ?? await Instances.StartAsync(
                    call.Environment,
                    call.Flows,
                    Flow,
                    input,
                    newId(Guid.NewGuid()),
                    cancellationToken
                );
        }
    }

    /// <param name="result">Where what it makes is; null where the status has it all.</param>
    public Links LinksOf(InstanceState instance, string? result = null)
    {
        string link = LinkOf(instance.Id);
        return new Links(link, instance.Phase is InstancePhase.Running ? $"{link}/cancel" : null, result);
    }

    public string LinkOf(string id) => $"/{ApiPaths.Prefix}/{Place}/{id}";

    private async Task<InstanceState> FindAsync(ApiCall call, CancellationToken cancellationToken) =>
        IsId(call.Id) && await call.Flows.FindAsync(call.Id, cancellationToken) is { } found && found.FlowName == Flow
            ? found
            : throw ApiException.NotFound($"there is no {Noun} '{call.Id}'");
}
