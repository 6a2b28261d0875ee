using System.Text.Json;
using AlfrescoBackupFlows.Flows.Engine;
using AlfrescoBackupFlows.Platform;
using Microsoft.DurableTask;

namespace AlfrescoBackupFlows.Functions;

/// <summary>
/// Carries a <see cref="FlowFailure"/> across the Functions host. What the host keeps of an exception is a type name and a message, wrapped once
/// or twice and differently for activities and orchestrators, so the message itself holds kind, text and flag, as one line of JSON after a marker.
/// </summary>
internal sealed class CrossingFailure(string message, Exception? innerException) : Exception(message, innerException)
{
    private const string Marker = "abf-failure ";
    private const string InterruptedMarker = "abf-interrupted";

    /// <summary>
    /// What an activity or a flow throws for the host to carry. The host takes what stands before the first colon and blank for the exception's type and
    /// cuts there, so there is none: within the JSON they stand in strings alone, where a blank can be written as an escape.
    /// </summary>
    public static CrossingFailure Of(FlowFailure failure, Exception? cause = null) =>
        new(Marker + JsonSerializer.Serialize(failure, HostJson.Default.FlowFailure).Replace(": ", ":\\u0020", StringComparison.Ordinal), cause);

    /// <summary>What an activity throws that stopped because its host stops: not a failure, it is to run again.</summary>
    public static CrossingFailure Interrupted(Exception cause) => new(InterruptedMarker, cause);

    public static bool IsInterruption(TaskFailureDetails details) =>
        Chain(details).Any(d => d.ErrorMessage.Contains(InterruptedMarker, StringComparison.Ordinal));

    /// <summary>What arrived, whatever the host wrapped around it. A failure of the host itself may pass if the work is done again.</summary>
    public static FlowFailure Read(TaskFailureDetails details)
    {
        foreach (TaskFailureDetails d in Chain(details))
        {
            if (TryRead(d.ErrorMessage) is { } failure)
            {
                return failure;
            }
        }

        TaskFailureDetails innermost = Chain(details).Last();
        return new FlowFailure(ErrorKind.Unexpected, $"{innermost.ErrorType}: {innermost.ErrorMessage}", IsRetryable: true);
    }

    internal static FlowFailure? TryRead(string message)
    {
        int start = message.IndexOf(Marker, StringComparison.Ordinal);
        if (start < 0)
        {
            return null;
        }

        // The host may have put its own text after the line.
        string line = message[(start + Marker.Length)..].Split('\n')[0];
        try
        {
            var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(line));
            return JsonSerializer.Deserialize(ref reader, HostJson.Default.FlowFailure);
        }
        catch (JsonException)
        {
            return null; // Cut short on its way: the text is still shown as it came.
        }
    }

    private static IEnumerable<TaskFailureDetails> Chain(TaskFailureDetails details)
    {
        for (TaskFailureDetails? d = details; d is not null; d = d.InnerFailure)
        {
            yield return d;
        }
    }
}
