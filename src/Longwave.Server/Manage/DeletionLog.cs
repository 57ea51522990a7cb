using System.Net;
using Longwave.Protocol.Positions;
using Microsoft.Extensions.Logging;

namespace Longwave.Server.Manage;

/// <summary>Log messages about deletions, which are the record of who deleted what.</summary>
internal static partial class DeletionLog
{
    [LoggerMessage(2600, LogLevel.Warning, "Deletion from topic {Topic} through {Through}: events deleted: {HasDeleted}, topic empty: {IsEmpty}. Requested by {Subject} (issuer: {Issuer}, token: {Token}) from {Address}.", EventName = "Deleted")]
    public static partial void Deleted(
        ILogger logger, string topic, Position through, bool hasDeleted, bool isEmpty, string subject, string issuer, string token, IPAddress address);
}
