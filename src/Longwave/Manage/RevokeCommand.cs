using System.CommandLine;
using System.Text.Json;
using Longwave.Terminals;

namespace Longwave.Manage;

/// <summary>Command <c>longwave revoke</c>: revokes a token or the tokens of a subject, or ends a stream.</summary>
internal static class RevokeCommand
{
    /// <summary>Text below the command's help.</summary>
    public const string Epilogue = $"""
        Examples:
          longwave revoke --subject alice
          longwave revoke --token-id 7f3c --issuer https://login.example
          longwave revoke --connection c7-1f

        Requires the admin role. The hub ends the streams within a second, and rejects the revoked tokens until they expire.
        With --connection it ends one stream and revokes nothing.

        {ManageCommand.ExitCodes}
        """;

    public static Command Create(Terminal terminal)
    {
        var token = new Option<string?>("--token-id") { Description = "Revoke the token with this id (claim `jti`).", HelpName = "ID" };
        var subject = new Option<string?>("--subject") { Description = "Revoke all tokens of this subject that exist now.", HelpName = "SUBJECT" };
        var issuer = new Option<string?>("--issuer") { Description = "Revoke only tokens of this issuer.", HelpName = "URL" };
        var connection = new Option<string?>("--connection") { Description = "End the stream with this id.", HelpName = "ID" };
        Option<bool> json = ManageCommand.JsonOption();
        var command = new Command("revoke", "Revoke a token or the tokens of a subject, or end a stream.") { token, subject, issuer, connection, json };
        command.Validators.Add(result =>
        {
            int given = new[] { result.GetValue(token), result.GetValue(subject), result.GetValue(connection) }.Count(static text => text is not null);
            if (given != 1)
            {
                result.AddError("Use exactly one of --token-id, --subject and --connection.");
            }
            else if (result.GetValue(connection) is not null && result.GetValue(issuer) is not null)
            {
                result.AddError("--issuer is for --token-id and --subject only.");
            }
        });
        return ManageCommand.Complete(command, terminal, async (hub, parsed, cancellation) =>
        {
            var body = new Dictionary<string, string?>
            {
                ["jti"] = parsed.GetValue(token),
                ["sub"] = parsed.GetValue(subject),
                ["connection"] = parsed.GetValue(connection),
                ["iss"] = parsed.GetValue(issuer),
            };
            byte[] request = JsonSerializer.SerializeToUtf8Bytes(body.Where(static member => member.Value is not null).ToDictionary());
            JsonElement answer = await hub.SendAsync(HttpMethod.Post, "v1/revocations", new Dictionary<string, string?>(), request, cancellation);
            string until = Listing.Text(answer, "expires") is { Length: > 0 } expires ? $" The revocation ends at {expires}." : "";
            terminal.Output.WriteLine(parsed.GetValue(json)
                ? VisibleText.EscapeJson(answer.GetRawText())
                : $"{(parsed.GetValue(connection) is null ? "Revoked." : "Ended.")} Streams ended: {Listing.Text(answer, "streams")}.{until}");
            return ExitCode.Done;
        });
    }
}
