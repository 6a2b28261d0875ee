using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Tasks;

/// <summary>
/// Where the spans of a flow belong. The ids of a trace and of the spans of flows are made from the ids of instances, so
/// that every process and every turn of a run comes to the same ones, and none has to be stored.
/// </summary>
internal static class FlowTrace
{
    private const string SubPrefix = "sub-";
    private const int SubSuffix = 33; // "-" and 32 digits, as FanOut.NewId writes them
    private const int MaxDepth = 8;

    /// <summary>What follows is thrown away unless somebody listens.</summary>
    public static bool IsListenedTo => Telemetry.Source.HasListeners();

    /// <summary>The instance that called this one; null: it is nobody's sub-orchestration.</summary>
    public static string? ParentOf(string instance) =>
        instance.StartsWith(SubPrefix, StringComparison.Ordinal) && instance.Length > SubPrefix.Length + SubSuffix
            ? instance[SubPrefix.Length..^SubSuffix]
            : null;

    /// <summary>The run, verification, restore or drill that an instance works for.</summary>
    public static string RootOf(string instance)
    {
        string root = instance;
        for (int depth = 0; depth < MaxDepth && ParentOf(root) is { } parent; depth++)
        {
            root = parent;
        }

        return root;
    }

    /// <summary>Begins the span of an activity, beneath that of the flow that called it; null: nobody listens.</summary>
    public static Activity? StartActivity(string instance, string name)
    {
        if (!IsListenedTo)
        {
            return null;
        }

        // A host may have a trace of its own for the call: this one names it.
        ActivityLink[]? links = Activity.Current is { } current ? [new ActivityLink(current.Context)] : null;
        Activity? span = Telemetry.Source.StartActivity(
            name,
            ActivityKind.Internal,
            ContextOf(instance),
            tags: null,
            links
        );
        span?.SetTag("abf.run", RootOf(instance));
        return span;
    }

    /// <summary>Makes the span of a flow that has ended, or of a phase of it.</summary>
    /// <param name="phase">Null: the flow's own.</param>
    public static void Add(
        string instance,
        string name,
        string? phase,
        DateTimeOffset start,
        DateTimeOffset end,
        FlowFailure? failure
    )
    {
        if (!IsListenedTo)
        {
            return;
        }

        ActivityContext above =
            phase is not null ? ContextOf(instance)
            : ParentOf(instance) is { } parent ? ContextOf(parent)
            : new ActivityContext(TraceIdOf(instance), default, ActivityTraceFlags.Recorded);
        using Activity? span = Telemetry.Source.StartActivity(name, ActivityKind.Internal, above, startTime: start);
        if (span is not null)
        {
            if (phase is null)
            {
                SetSpanId(span, SpanIdOf(instance));
            }
            else
            {
                SetSpanId(
                    span,
                    SpanIdOf(string.Create(CultureInfo.InvariantCulture, $"{instance} {phase} {start.UtcDateTime:O}"))
                );
                span.SetTag("abf.phase", phase);
            }

            span.SetTag("abf.run", RootOf(instance));
            if (failure is not null)
            {
                Fail(span, failure);
            }

            span.SetEndTime(end.UtcDateTime);
        }
    }

    /// <summary>The message as the log has it: it may name paths, and has no secret.</summary>
    public static void Fail(Activity span, FlowFailure failure)
    {
        span.SetTag("error.type", failure.Kind.ToString());
        span.SetStatus(ActivityStatusCode.Error, Secret.Redact(failure.Message));
    }

    /// <summary>That of the span of a flow, whether or not it has been made yet.</summary>
    public static ActivityContext ContextOf(string instance) =>
        new(TraceIdOf(instance), SpanIdOf(instance), ActivityTraceFlags.Recorded, traceState: null, isRemote: true);

    private static ActivityTraceId TraceIdOf(string instance) =>
        ActivityTraceId.CreateFromBytes(Hash(RootOf(instance)).AsSpan(0, 16));

    private static ActivitySpanId SpanIdOf(string what) => ActivitySpanId.CreateFromBytes(Hash(what).AsSpan(16, 8));

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    /// <summary>
    /// A span is made when its flow ends, and spans beneath it are made before that, by other processes: its id must be
    /// known beforehand. No public call sets one; Durable Task's own tracing sets the same field.
    /// </summary>
    private static void SetSpanId(Activity span, ActivitySpanId id)
    {
        try
        {
            SpanIdField(span) = id.ToHexString();
            IdField(span) = null;
        }
        catch (MissingFieldException)
        {
            // Another runtime: the trace is the same, and what lies beneath the span hangs in it without a parent.
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_spanId")]
    private static extern ref string? SpanIdField(Activity span);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_id")]
    private static extern ref string? IdField(Activity span);
}
