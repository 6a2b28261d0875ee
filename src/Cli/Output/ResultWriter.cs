using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Platform.Streams;

namespace AlfrescoBackupFlows.Cli.Output;

/// <summary>
/// What goes to stdout: the result and nothing else. One JSON document with <c>--json</c>, text otherwise, nothing with
/// <c>--quiet</c>. Where stdout cannot be written, that is said on stderr, and the command's outcome stays what it was; a
/// reader who went away wanted no more.
/// </summary>
internal sealed class ResultWriter(Stream stdout, bool json, bool quiet, MessageWriter messages)
{
    /// <summary>What the command has done, for the case that its result cannot be written.</summary>
    public string Outcome { get; set; } = "the command is done";

    /// <summary>The result is one JSON document.</summary>
    public bool IsJson => json;

    /// <param name="document">What a machine gets.</param>
    /// <param name="text">What a person gets.</param>
    public void Write<T>(T document, JsonTypeInfo<T> type, Action<TextWriter> text)
    {
        try
        {
            if (json)
            {
                stdout.Write([.. JsonSerializer.SerializeToUtf8Bytes(document, type), (byte)'\n']);
                stdout.Flush();
            }
            else if (!quiet)
            {
                using var writer = new LineWriter(stdout);
                text(writer);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TellLost(e);
        }
    }

    /// <summary>For results that are too large to hold: both writers stream, and end where nobody reads on.</summary>
    public async Task WriteAsync(Func<Utf8JsonWriter, Task> document, Func<TextWriter, Task> text)
    {
        try
        {
            if (json)
            {
                await using var writer = new Utf8JsonWriter(
                    stdout,
                    new JsonWriterOptions { Encoder = ContractOptions.Encoder }
                );
                await document(writer);
                await writer.FlushAsync();
                stdout.Write("\n"u8);
            }
            else if (!quiet)
            {
                await using var writer = new LineWriter(stdout);
                await text(writer);
            }

            await stdout.FlushAsync();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TellLost(e);
        }
    }

    private void TellLost(Exception fault)
    {
        if (!StandardStreams.IsReaderGone(fault))
        {
            messages.Alert($"{Outcome}; only its result could not be written to stdout ({fault.Message})");
        }
    }
}
