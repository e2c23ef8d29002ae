// A NestJS service as the guide writes it: one handler, which prints what it was given and then acknowledges.
// Arguments: the broker's URL, the queue, and the event. Prints "listening" first; ends when its input ends.
import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, Payload, Transport } from '@nestjs/microservices';

const [url, queue, event] = process.argv.slice(2);

class Notifications {
  orderCreated(data, context) {
    console.log(JSON.stringify({ pattern: context.getPattern(), data }));
    context.getChannelRef().ack(context.getMessage());
  }
}
// What TypeScript's decorators do, said in JavaScript.
EventPattern(event)(Notifications.prototype, 'orderCreated', Object.getOwnPropertyDescriptor(Notifications.prototype, 'orderCreated'));
Payload()(Notifications.prototype, 'orderCreated', 0);
Ctx()(Notifications.prototype, 'orderCreated', 1);
Controller()(Notifications);

class App {}
Module({ controllers: [Notifications] })(App);

const service = await NestFactory.createMicroservice(App, {
  transport: Transport.RMQ,
  options: { urls: [url], queue, noAck: false, prefetchCount: 10, noAssert: true, queueOptions: { durable: true } },
  logger: ['error', 'warn'],
});
await service.listen();
console.log('listening');
// What has an id Nest takes for a request; the answer, for which nobody left an address, is given up at the end.
process.on('unhandledRejection', (reason) => console.error(String(reason)));
process.stdin.resume().on('end', async () => {
  await service.close();
  process.exit(0);
});
