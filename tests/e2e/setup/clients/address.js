/** The URL of a stream of all events of a topic. */
export const addressOf = ({ hub, topic }) => `${hub}/v1/events?topic=${topic}&since=earliest`;

/** Request headers with the token, if there is one. */
export const headersOf = ({ token }) => (token ? { Authorization: `Bearer ${token}` } : {});
