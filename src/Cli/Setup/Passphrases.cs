using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Cli.Setup;

/// <summary>The passphrase of a new repository: that of a file, or one that is written into it.</summary>
internal static class Passphrases
{
    /// <summary>Without those that look like another when they are written by hand: 0 and o, 1 and l, i.</summary>
    private const string Letters = "abcdefghjkmnpqrstuvwxyz23456789";

    private const int Groups = 6;
    private const int GroupLength = 5;

    /// <summary>148 bits, in groups that a person can copy by hand.</summary>
    public static string New() =>
        string.Join(
            '-',
            Enumerable
                .Range(0, Groups)
                .Select(_ => new string(RandomNumberGenerator.GetItems<char>(Letters, GroupLength)))
        );

    /// <summary>Leaves the passphrase in the file.</summary>
    /// <returns>True where it was made here.</returns>
    /// <exception cref="PermanentException">Configuration: the file cannot be read or written.</exception>
    public static async Task<bool> PrepareAsync(
        CommandContext context,
        Questions questions,
        string file,
        ServiceUser? user
    )
    {
        if (GivenPath.IsFile(file))
        {
            SecretFile given = SecretFile.Read(file, "--passphrase-file");
            if (given.Warning is { } warning)
            {
                context.Messages.Warn(warning);
            }

            return false;
        }

        Secret? typed = await questions.AskPassphraseAsync();
        byte[] content = Encoding.UTF8.GetBytes((typed?.Reveal() ?? New()) + "\n");
        try
        {
            ServiceFiles.WriteSecret(file, content, user);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"--passphrase-file '{file}' cannot be written ({e.Message}): name a file in a directory where this user "
                    + "may write",
                e
            );
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }

        return true;
    }
}
