using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Streams;

namespace AlfrescoBackupFlows.Cli.Setup;

/// <summary>Asks whoever sits at the terminal. Where nobody does, nothing is read: options and defaults must do.</summary>
internal sealed class Questions(CommandContext context, bool isAsked)
{
    public static Questions Of(CommandContext context, bool json) =>
        new(context, StandardStreams.IsInputTerminal && MessageWriter.IsTerminal && !json && !context.Messages.IsQuiet);

    public bool IsAsked => isAsked;

    /// <summary>The option's value, else what is answered; an empty answer is the default.</summary>
    /// <param name="fault">What is wrong with an answer, as the end of a line; null where it fits.</param>
    /// <exception cref="PermanentException">Configuration: nobody can be asked, and there is no default.</exception>
    public async Task<string> AskAsync(
        string? given,
        string option,
        string question,
        string? usual,
        Func<string, string?> fault
    )
    {
        if (given is not null || !isAsked)
        {
            string value =
                given ?? usual ?? throw Fault($"{option} is not given, and there is no terminal to ask at: {question}");
            return fault(value) is { } wrong ? throw Fault($"{option} {wrong}") : value;
        }

        while (true)
        {
            context.Messages.Note(usual is null ? $"{question}:" : $"{question} [{usual}]:");
            string? typed = await Task.Run(StandardStreams.ReadLine, CancellationToken.None).WaitAsync(context.Stop);
            string answer = typed?.Trim() is { Length: > 0 } text ? text : usual ?? string.Empty;
            string? wrong = answer.Length == 0 ? "is needed" : fault(answer);
            if (wrong is null)
            {
                return answer;
            }

            if (typed is null)
            {
                throw Fault($"{option} is not given, and the input has ended: {question}");
            }

            context.Messages.Note($"{(answer.Length == 0 ? "an answer" : string.Empty)} {wrong}".Trim());
        }
    }

    /// <summary>A new passphrase; null: one is to be made.</summary>
    public async Task<Secret?> AskPassphraseAsync() =>
        isAsked
            ? await NewPassphrase.AskAsync(
                context,
                "type a passphrase for the repository, which is not shown; or press Enter, and one is made"
            )
            : null;

    private static PermanentException Fault(string message) => new(ErrorKind.Configuration, message);
}
