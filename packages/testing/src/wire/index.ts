/** ZooKeeper's wire protocol: bytes to records and back. No sockets, no meaning. */
export { Input } from "./bytes.js";
export { FrameReader, MAX_FRAME_LENGTH, toFrame } from "./frames.js";
export { ConnectRequest, ConnectResponse, PASSWORD_LENGTH } from "./handshake.js";
export { ReplyHeader, RequestHeader } from "./headers.js";
export { type Codec, decode, encode, type ValueOf } from "./jute.js";
export { type MultiOperation, MultiRequest, MultiResponse, type MultiResult } from "./multi.js";
export { OP_CODES, type OpName, opName, SPECIAL_XIDS } from "./op-code.js";
export { REQUESTS, RESPONSES, type RecordOpName, type RequestBody, type ResponseBody } from "./operation-records.js";
export { ProtocolError } from "./protocol-error.js";
export { EVENT_TYPES, SYNC_CONNECTED, WatcherEvent } from "./watch-records.js";
export { ACL, CREATE_FLAGS, Stat } from "./znode-records.js";
