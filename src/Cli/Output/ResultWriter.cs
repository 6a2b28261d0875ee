using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AlfrescoBackupFlows.Contracts;

namespace AlfrescoBackupFlows.Cli.Output;

/// <summary>
/// What goes to stdout: the result and nothing else. One JSON document with <c>--json</c>, text otherwise, nothing with
/// <c>--quiet</c>.
/// </summary>
internal sealed class ResultWriter(Stream stdout, bool json, bool quiet)
{
    /// <param name="document">What a machine gets.</param>
    /// <param name="text">What a person gets.</param>
    public void Write<T>(T document, JsonTypeInfo<T> type, Action<TextWriter> text)
    {
        if (json)
        {
            JsonSerializer.Serialize(stdout, document, type);
            stdout.Write("\n"u8);
            stdout.Flush();
        }
        else if (!quiet)
        {
            using var writer = new LineWriter(stdout);
            text(writer);
        }
    }

    /// <summary>For results that are too large to hold: both writers stream.</summary>
    public async Task WriteAsync(Func<Utf8JsonWriter, Task> document, Func<TextWriter, Task> text)
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
}
