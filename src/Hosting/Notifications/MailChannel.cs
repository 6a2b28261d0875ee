using System.Net.Sockets;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace AlfrescoBackupFlows.Hosting.Notifications;

/// <summary>Sends a mail of plain text.</summary>
internal sealed class MailChannel(MailOptions options) : IMessageChannel
{
    /// <summary>All of it: a run does not wait for who is told of it.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public string Name => "mail";

    public bool IsSet => options.Server is not null;

    public async Task SendAsync(Notification notification, CancellationToken cancellationToken)
    {
        string? password =
            options.Password is { } secret ? secret.Reveal()
            : options.PasswordFile is { } file ? SecretFile.Read(file, "notify.mail.passwordFile").Value.Reveal()
            : null;
        using MimeMessage mail = Write(notification);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        // As other clients of TLS do here: who cannot reach the lists of an authority still gets mail.
        using var client = new SmtpClient { CheckCertificateRevocation = false };
        try
        {
            await client.ConnectAsync(options.Server!, options.Port ?? UsualPort(), Security(), limit.Token);
            if (options.User is { } user)
            {
                await client.AuthenticateAsync(user, password ?? string.Empty, limit.Token);
            }

            await client.SendAsync(mail, limit.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Fault($"not done within {Limit.TotalSeconds:0} seconds", e);
        }
        catch (Exception e)
            when (e
                    is CommandException
                        or ProtocolException
                        or AuthenticationException
                        or SslHandshakeException
                        or SocketException
                        or IOException
                        or NotSupportedException
                        or TimeoutException
            )
        {
            throw Fault(e.Message.ReplaceLineEndings("\n").Split('\n')[0], e);
        }

        await TryQuitAsync(client, limit.Token);
    }

    /// <summary>A courtesy: the mail is taken by now.</summary>
    private static async Task TryQuitAsync(SmtpClient client, CancellationToken cancellationToken)
    {
        try
        {
            await client.DisconnectAsync(quit: true, cancellationToken);
        }
        catch (Exception e)
            when (e is IOException or ProtocolException or CommandException or OperationCanceledException)
        {
            // The connection is closed in any case.
        }
    }

    private MimeMessage Write(Notification notification)
    {
        var mail = new MimeMessage
        {
            Subject = notification.Title.ReplaceLineEndings(" "),
            Date = new DateTimeOffset(notification.Time),
        };
        mail.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        mail.From.Add(MailboxAddress.Parse(options.From!));
        mail.To.AddRange(options.To.Select(MailboxAddress.Parse));
        string since = notification.Since is { } first ? $"\nsince: {first:u}" : string.Empty;
        string run = notification.Run is { } id ? $"\nrun: {id}" : string.Empty;
        mail.Body = new TextPart("plain")
        {
            Text =
                $"{notification.Message}\n\ninstallation: {notification.Installation}\n"
                + $"event: {notification.Event}, {notification.State}{run}{since}\n",
        };
        return mail;
    }

    private SecureSocketOptions Security() =>
        options.Tls switch
        {
            MailOptions.ImplicitTls => SecureSocketOptions.SslOnConnect,
            MailOptions.NoTls => SecureSocketOptions.None,
            _ => SecureSocketOptions.StartTls,
        };

    private int UsualPort() =>
        options.Tls switch
        {
            MailOptions.ImplicitTls => 465,
            MailOptions.NoTls => 25,
            _ => 587,
        };

    private TransientException Fault(string why, Exception inner) =>
        new(ErrorKind.Storage, $"notify.mail.server: {options.Server} did not take the mail ({why})", inner);
}
