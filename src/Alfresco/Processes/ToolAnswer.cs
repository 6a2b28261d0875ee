using System.Text;

namespace AlfrescoBackupFlows.Alfresco.Processes;

/// <summary>What a tool says of itself (<c>--version</c>, <c>--help</c>): at once, and not much.</summary>
internal static class ToolAnswer
{
    private const int MaxLength = 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <returns>Its exit, a failed one where it did not answer in time, and the start of what it said.</returns>
    public static async Task<(ToolExit Exit, string Text)> AskAsync(
        ToolCommand question,
        CancellationToken cancellationToken
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        string text = string.Empty;
        try
        {
            ToolExit exit = await ToolProcess.RunAsync(
                question,
                input: null,
                async (output, token) => text = await ReadAsync(output, token),
                limit.Token
            );
            return (exit, text);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (new ToolExit(-1, [$"it gave no answer in {Patience.TotalSeconds} s"]), text);
        }
    }

    private static async Task<string> ReadAsync(Stream output, CancellationToken cancellationToken)
    {
        var text = new MemoryStream();
        byte[] buffer = new byte[16 * 1024];
        int read;
        while ((read = await output.ReadAsync(buffer, cancellationToken)) > 0)
        {
            int kept = (int)Math.Min(read, MaxLength - text.Length);
            await text.WriteAsync(buffer.AsMemory(0, kept), cancellationToken);
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }
}
