// A NestJS application as the guide writes it: it emits one event through a ClientProxy.
// Arguments: the broker's URL, the queue, the event's pattern, and its data as JSON. Ends when the broker has it.
import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { ClientProxyFactory, Transport } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';

const [url, queue, pattern, data] = process.argv.slice(2);

Logger.overrideLogger(['error']);
const client = ClientProxyFactory.create({
  transport: Transport.RMQ,
  options: { urls: [url], queue, noAssert: true, queueOptions: { durable: true }, persistent: true },
});
await client.connect();
await lastValueFrom(client.emit(pattern, JSON.parse(data)), { defaultValue: null });
await client.close();
console.log('emitted');
process.exit(0);
