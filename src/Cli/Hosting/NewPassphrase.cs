using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Streams;

namespace AlfrescoBackupFlows.Cli.Hosting;

/// <summary>A new passphrase: from a file, from standard input, or typed twice. Never from an argument.</summary>
internal static class NewPassphrase
{
    public const string StandardInput = "-";

    /// <param name="path">A file; <c>-</c> or null: standard input.</param>
    /// <param name="option">The option that names the file, for messages.</param>
    /// <exception cref="PermanentException">Configuration: it is empty, or was typed in two ways.</exception>
    public static async Task<Secret> ReadAsync(CommandContext context, string? path, string option)
    {
        if (path is not (null or StandardInput))
        {
            SecretFile file = SecretFile.Read(path, option);
            if (file.Warning is { } warning)
            {
                context.Messages.Warn(warning);
            }

            return file.Value;
        }

        if (!StandardStreams.IsInputTerminal)
        {
            string source = $"standard input, in place of {option} FILE,";
            context.Messages.Note("reading the new passphrase from standard input");
            await using Stream input = StandardStreams.OpenInput();
            return await SecretFile.ReadAsync(input, source, context.Stop);
        }

        return await AskAsync(context, "type the new passphrase; it is not shown")
            ?? throw new PermanentException(
                ErrorKind.Configuration,
                "the new passphrase is empty: nothing was changed, try again"
            );
    }

    /// <summary>Typed twice at the terminal; null where nothing was typed.</summary>
    /// <exception cref="PermanentException">Configuration: it was typed in two ways.</exception>
    public static async Task<Secret?> AskAsync(CommandContext context, string what)
    {
        string typed = await AskOnceAsync(context, what);
        return typed.Length == 0 ? null
            : typed == await AskOnceAsync(context, "type it once more") ? new Secret(typed)
            : throw new PermanentException(
                ErrorKind.Configuration,
                "the new passphrase was typed in two ways: nothing was changed, try again"
            );
    }

    /// <summary>Beside this thread: a key that nobody presses cannot be stopped, and a stop does not wait for it.</summary>
    private static Task<string> AskOnceAsync(CommandContext context, string what)
    {
        context.Messages.Note(what);
        return Task.Run(StandardStreams.ReadHidden, CancellationToken.None).WaitAsync(context.Stop);
    }
}
