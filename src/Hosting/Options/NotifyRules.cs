using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Hosting.Notifications;
using MimeKit;

namespace AlfrescoBackupFlows.Hosting.Options;

/// <summary>What <c>notify</c> must be.</summary>
internal static class NotifyRules
{
    public static void Check(NotifyOptions notify, OptionFaults faults)
    {
        if (notify.Ping is { Url: not null, UrlFile: not null })
        {
            faults.Add("notify.ping.url and notify.ping.urlFile are both set: leave one of them out");
        }

        if (notify.Ping.Url is { } url && !HttpSender.IsUrl(url))
        {
            faults.Add($"notify.ping.url '{url}' does not fit: write http:// or https://, a host and a path");
        }

        if (
            notify.Webhook
            is { UrlFile: null, Url: null }
                and not { SecretFile: null, Secret: null, TemplateFile: null }
        )
        {
            faults.Add("notify.webhook.urlFile is not set: name a file that holds the URL");
        }

        CheckMail(notify.Mail, faults);
        TimeSpan maxAge = notify.MaxAge ?? TimeSpan.FromDays(1);
        faults.RequireRange("notify.maxAge", maxAge, TimeSpan.FromMinutes(1), TimeSpan.FromDays(3660));
    }

    private static void CheckMail(MailOptions mail, OptionFaults faults)
    {
        faults.RequireChoice(
            "notify.mail.tls",
            mail.Tls,
            [MailOptions.StartTls, MailOptions.ImplicitTls, MailOptions.NoTls]
        );
        if (mail.Port is < 1 or > 65535)
        {
            faults.Add($"notify.mail.port '{mail.Port}' is out of bounds: write a number from 1 to 65535");
        }

        foreach (
            (string setting, string address) in AddressesOf(mail).Where(a => !MailboxAddress.TryParse(a.Address, out _))
        )
        {
            faults.Add($"{setting} '{address}' does not fit: write an address such as abf@example.com");
        }

        if (mail is { User: null } != mail is { PasswordFile: null, Password: null })
        {
            faults.Add("notify.mail.user and notify.mail.passwordFile go together: set both of them, or none");
        }

        if (mail is { User: not null, Tls: MailOptions.NoTls })
        {
            faults.Add("notify.mail.tls 'none' would send the password readable to all: write starttls or tls");
        }

        if (mail is { Server: null } and not { From: null, To: [], User: null })
        {
            faults.Add("notify.mail.server is not set: name the server that takes the mail");
        }
        else if (mail is { Server: not null } and ({ From: null } or { To: [] }))
        {
            faults.Add("notify.mail.from and notify.mail.to are not both set: write the sender and who gets the mail");
        }
    }

    private static IEnumerable<(string Setting, string Address)> AddressesOf(MailOptions mail) =>
        [
            .. mail.From is { } from ? [("notify.mail.from", from)] : Array.Empty<(string, string)>(),
            .. mail.To.Select(to => ("notify.mail.to", to)),
        ];
}
