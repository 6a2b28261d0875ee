using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AlfrescoBackupFlows.Api.Documents;
using AlfrescoBackupFlows.Api.Handlers;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Drill;
using AlfrescoBackupFlows.Flows.Drill.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Scheduling;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Flows.Verify;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Platform.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Api;

/// <summary>
/// The HTTP API, whichever host serves it: calls the route's handler and turns what it throws into problem details. One
/// per process; the host checks the caller's key before.
/// </summary>
public sealed class BackupApi(FlowEnvironment environment) : IDisposable
{
    /// <summary>Versions of a document in one answer.</summary>
    public const int MaxVersions = 1000;

    private readonly TextScrubber _text = new(environment.Loaded);
    private readonly ApiLimits _limits = new();
    private readonly CheckSchedule<VerifyInput> _verifications = CheckSchedules.OfVerifications(environment);
    private readonly CheckSchedule<DrillInput> _drills = CheckSchedules.OfDrills(environment);
    private readonly ILogger _logger = environment.Loggers.CreateLogger<BackupApi>();

    /// <summary>Answers a request that was matched to a route; <c>{id}</c> stands in the route values.</summary>
    /// <param name="flows">The engine, which a host may know only per request.</param>
    public async Task<IResult> HandleAsync(ApiRoute route, HttpContext context, IFlowInstances flows)
    {
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            return await route.Handler(
                new ApiCall(context, environment, flows, _text, _limits, _logger),
                context.RequestAborted
            );
        }
        catch (ApiException e)
        {
            return Answer(e.Problem);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return TypedResults.StatusCode(StatusCodes.Status499ClientClosedRequest);
        }
        catch (AbfException e)
        {
            Logs.Failed(_logger, route.Method, route.Path, e.Message);
            return Answer(Describe(FlowFailure.From(e)));
        }
#pragma warning disable CA1031 // The outermost frame: the client gets that something failed, the log gets what.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Logs.FailedUnexpectedly(_logger, route.Method, route.Path, e);
            return Answer(Describe(FlowFailure.From(e)));
        }
    }

    /// <summary>Starts a backup as a timer does.</summary>
    /// <returns>The run's id; null where a backup is running.</returns>
    public async Task<string?> TryStartBackupAsync(IFlowInstances flows, CancellationToken cancellationToken)
    {
        await _limits.Starting.WaitAsync(cancellationToken);
        try
        {
            BackupStart start = await BackupStart.TryAsync(
                environment,
                flows,
                new BackupRequest(),
                requestKey: null,
                cancellationToken
            );
            return start.Started?.Id;
        }
        finally
        {
            _limits.Starting.Release();
        }
    }

    /// <summary>Starts each check of the sets whose time has come. What goes wrong with one keeps no other from it.</summary>
    /// <returns>Of each that the configuration asks for, what came of it.</returns>
    public async Task<IReadOnlyList<DueStart>> StartDueAsync(IFlowInstances flows, CancellationToken cancellationToken)
    {
        List<DueStart> starts = [];
        if (environment.Options.Verify.Every is not null)
        {
            starts.Add(
                await TryStartDueAsync(
                    flows,
                    new DueStart(nameof(VerifyFlow), "verify.every"),
                    _verifications,
                    VerifyJson.Default.VerifyInput,
                    InstanceIds.ForVerify,
                    cancellationToken
                )
            );
        }

        if (environment.Options.Drill.Every is not null)
        {
            starts.Add(
                await TryStartDueAsync(
                    flows,
                    new DueStart(nameof(DrillFlow), "drill.every"),
                    _drills,
                    DrillJson.Default.DrillInput,
                    static (due, random) => InstanceIds.ForDrill(due.Set, random),
                    cancellationToken
                )
            );
        }

        return starts;
    }

    private async Task<DueStart> TryStartDueAsync<TInput>(
        IFlowInstances flows,
        DueStart check,
        CheckSchedule<TInput> schedule,
        JsonTypeInfo<TInput> type,
        Func<TInput, Guid, string> newId,
        CancellationToken cancellationToken
    )
        where TInput : class
    {
        await _limits.Starting.WaitAsync(cancellationToken);
        try
        {
            return check with
            {
                Id = await schedule.TryStartAsync(
                    async token =>
                        (await flows.ListAsync(check.Flow, token)).Any(i => i.Phase is InstancePhase.Running),
                    async (due, token) =>
                    {
                        string input = JsonSerializer.Serialize(due, type);
                        string id = newId(due, Guid.NewGuid());
                        return (await Instances.StartAsync(environment, flows, check.Flow, input, id, token)).Id;
                    },
                    cancellationToken
                ),
            };
        }
#pragma warning disable CA1031 // A host goes on, and says what is wrong.
        catch (Exception e) when (e is AbfException || !cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return check with { Fault = e };
        }
        finally
        {
            _limits.Starting.Release();
        }
    }

    /// <summary>For a request that fits no route.</summary>
    public static IResult NotFound() => Answer(ApiException.NotFound().Problem);

    public static IResult MethodNotAllowed() =>
        Answer(
            new Problem(
                "Method not allowed",
                StatusCodes.Status405MethodNotAllowed,
                "this address takes other methods",
                "method-not-allowed",
                null
            )
        );

    public void Dispose() => _limits.Dispose();

    private static JsonHttpResult<Problem> Answer(Problem problem) =>
        TypedResults.Json(problem, ApiJson.Relaxed.Problem, Problem.ContentType, problem.Status);

    /// <summary>503 where trying again may help.</summary>
    private Problem Describe(FlowFailure failure)
    {
        bool mayPass =
            failure.Kind is ErrorKind.Storage or ErrorKind.Busy
            || (failure.IsRetryable && failure.Kind is not ErrorKind.Unexpected);
        int status = mayPass ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status500InternalServerError;
        FailureDocument shown = _text.Describe(failure);
        return new Problem("The request could not be answered", status, shown.Message, shown.Code, null);
    }
}

/// <summary>What came of a check that hosts start by themselves.</summary>
/// <param name="Flow">Its name.</param>
/// <param name="Setting">Says when.</param>
public sealed record DueStart(string Flow, string Setting)
{
    /// <summary>Of the instance that was started; null: it is not due, or one is running or begins elsewhere.</summary>
    public string? Id { get; init; }

    /// <summary>Why it could not be started; null: nothing went wrong.</summary>
    public Exception? Fault { get; init; }
}
